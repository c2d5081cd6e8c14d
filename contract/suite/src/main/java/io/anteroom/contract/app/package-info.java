// SPDX-License-Identifier: Apache-2.0
/** The application behind the filter: one servlet with one act for each thing that applications do. */
@NullMarked
package io.anteroom.contract.app;

import org.jspecify.annotations.NullMarked;
