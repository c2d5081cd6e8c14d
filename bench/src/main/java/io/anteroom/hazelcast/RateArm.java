// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

/** This node's part of a crowd at a shared pool: who is let in leaves at once, and another asks in its place. */
public interface RateArm {
    /** Has so many ask, and waits until each has a place or a slot. */
    void fill(int count) throws InterruptedException;

    /** Those who stayed where they were go on, now that the gauge is on. */
    void go();
}
