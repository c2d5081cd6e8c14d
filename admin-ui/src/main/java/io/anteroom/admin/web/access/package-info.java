// SPDX-License-Identifier: Apache-2.0
/** The pages about who may: first user, log-in, my account, users, tokens, the audit log. */
@NullMarked
package io.anteroom.admin.web.access;

import org.jspecify.annotations.NullMarked;
