// SPDX-License-Identifier: Apache-2.0
/** Who is told of notices, as far as the settings say it. Sending needs a database and is not done here. */
@NullMarked
package io.anteroom.webhook;

import org.jspecify.annotations.NullMarked;
