// SPDX-License-Identifier: Apache-2.0
/** Servlet adapters: who calls, what it asks for, how it waits, and when its lease ends. */
@NullMarked
package io.anteroom.servlet;

import org.jspecify.annotations.NullMarked;
