// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/**
 * Which mode a pool is in: what an operator has told it, but that those who know its backends may have an open one
 * hold. An operator who resumes one that is held so has the last word, until they say that it need not be held any
 * more. Not thread-safe.
 */
public final class Holding {
    private static final int HELD = 1;
    private static final int OVERRULED = 2;

    private PoolMode operator;
    private boolean isHeld;
    private boolean isOverruled;

    /** Nobody but an operator has said anything. */
    public Holding(PoolMode operator) {
        this.operator = operator;
    }

    /** As another was: its {@link #operator()} and its {@link #flags()}. */
    public Holding(PoolMode operator, int flags) {
        this.operator = operator;
        this.isHeld = (flags & HELD) != 0;
        this.isOverruled = (flags & OVERRULED) != 0;
    }

    /** What an operator says from now on. */
    public void operator(PoolMode mode) {
        isOverruled = mode == PoolMode.OPEN && operator == PoolMode.OPEN && isHeld;
        operator = mode;
    }

    /** What an operator has said. */
    public PoolMode operator() {
        return operator;
    }

    /** Whether those who know the backends have the pool hold. */
    public void held(boolean held) {
        isHeld = held;
        isOverruled &= held;
    }

    /** What counts. */
    public PoolMode mode() {
        return operator == PoolMode.OPEN && isHeld && !isOverruled ? PoolMode.HOLDING : operator;
    }

    /** All else that there is to it, as a number. */
    public int flags() {
        return (isHeld ? HELD : 0) | (isOverruled ? OVERRULED : 0);
    }
}
