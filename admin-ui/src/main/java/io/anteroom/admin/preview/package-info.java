// SPDX-License-Identifier: Apache-2.0
/**
 * What other numbers would have made of the last hour: {@link io.anteroom.admin.preview.PastRequests} remembers who
 * came when and what it cost, and {@link io.anteroom.admin.preview.Preview} sends them through a pool of their own in
 * virtual time.
 */
@NullMarked
package io.anteroom.admin.preview;

import org.jspecify.annotations.NullMarked;
