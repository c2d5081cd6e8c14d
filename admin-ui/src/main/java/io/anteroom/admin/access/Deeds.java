// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

/** What deeds are called in the audit log that both the pages and the API do, under one name whichever does them. */
public final class Deeds {
    /** A key's policy, group or end. */
    public static final String KEY_CHANGE = "key.change";

    /** A key is refused from now on. */
    public static final String KEY_DISABLE = "key.disable";

    /** A key counts again. */
    public static final String KEY_ENABLE = "key.enable";

    /** A webhook is sent again that was switched off. */
    public static final String WEBHOOK_SWITCH_ON = "webhook.switch-on";

    /** A webhook's signing secret is another. */
    public static final String WEBHOOK_ROTATE_SECRET = "webhook.rotate-secret";

    private Deeds() {}
}
