// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway;

/** Entry point of the gateway. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.out.println("anteroom");
    }
}
