// SPDX-License-Identifier: Apache-2.0
/** The pages about webhooks: who is told of notices, and how that went. */
@NullMarked
package io.anteroom.admin.web.webhooks;

import org.jspecify.annotations.NullMarked;
