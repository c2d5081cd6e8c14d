// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

/**
 * A node of the cluster as another sees it.
 *
 * @param name its name
 * @param session which run of it
 * @param address where it listens for the others
 */
public record NodeView(String name, long session, String address) {}
