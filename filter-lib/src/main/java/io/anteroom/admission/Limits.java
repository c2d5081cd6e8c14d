// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/** Who holds a head back, if anybody. */
interface Limits {
    @Nullable Party holderOf(Entry head);
}
