// SPDX-License-Identifier: Apache-2.0
/**
 * The decisions: who may run, who waits, in what order and for how long.
 *
 * <p>A {@link io.anteroom.admission.Pool} guards the slots of one group of backends.
 * {@link io.anteroom.admission.Pool#offer} answers an {@link io.anteroom.admission.Arrival} with a
 * {@link io.anteroom.admission.Lease}, a {@link io.anteroom.admission.Ticket} or a
 * {@link io.anteroom.admission.Refusal}:
 *
 * <pre>{@code
 * Pools pools = new LocalPools(System::nanoTime);
 * Pool llm = pools.open("llm", PoolSettings.ofSlots(8));
 * Admission answer = llm.offer(Arrival.of(Caller.of("key-7", "192.0.2.1"), Priority.HIGH), waiter);
 * if (answer instanceof Lease lease) {
 *     try (lease) {
 *         work();
 *     }
 * }
 * }</pre>
 *
 * <p>{@link io.anteroom.admission.PoolMachine} decides; it is deterministic and has no clock, thread, lock, I/O or
 * randomness. {@link io.anteroom.admission.LocalPools} owns one per pool under a lock and carries its decisions out.
 *
 * <h2>The order</h2>
 *
 * <p>A <em>flow</em> is the traffic of one key in one level. Inside a flow order is arrival order, always. Between
 * flows it is <em>start-time fair queuing</em> (Goyal, Vin and Cheng, SIGCOMM 1996), and so it is between levels in the
 * weighted order, with the level in place of the flow. The currency is the slot-second: what an LLM backend is short of
 * is not requests but the time that each holds a slot.
 *
 * <p>Each flow <i>f</i> of weight <i>w</i> has a virtual start <i>S(f)</i>; the group that it competes in has a virtual
 * time <i>V</i>, the largest virtual start served so far.
 *
 * <ol>
 *   <li>When a flow gets somebody waiting after having had nobody, or may run again after its running limit held it
 *       back: {@code S(f) = max(S(f), V)}. Nobody saves up share by staying away.
 *   <li>The head of the eligible flow with the least {@code S(f)} goes next; of equals the one that arrived first.
 *       {@code V = max(V, S(f))}, then {@code S(f) += c / w}, where <i>c</i> is the expected cost.
 *   <li>When the request ends after having really cost <i>c'</i>: {@code S(f) += (c' - c) / w}. A flow whose requests
 *       are longer than they seemed pays for it, one whose requests are shorter gets it back, unless step 1 has
 *       forgiven the difference in between.
 * </ol>
 *
 * <p><b>Fairness bound.</b> Let <i>c</i>(f) be the largest cost charged at once to flow <i>f</i>. While <i>f</i> and
 * <i>g</i> both have somebody waiting and are eligible, and costs come out as expected,
 *
 * <pre>{@code V <= S(f) <= V + c(f) / w(f),   hence   |W(f) / w(f) - W(g) / w(g)| <= c(f) / w(f) + c(g) / w(g)}</pre>
 *
 * for the slot-seconds <i>W</i> admitted to each over any such interval. Proof: the least <i>S</i> is served, so
 * <i>V</i> never passes the start of an eligible flow, and a flow is charged only when its start equals <i>V</i>, so it
 * is never more than one charge ahead. <i>W(f) / w(f)</i> is the growth of <i>S(f)</i>; two quantities that both stay
 * within {@code [V, V + c / w]} grow apart by no more than the sum of the widths. Where costs come out otherwise, the
 * bound grows by the sum of the errors of those that run, at most <i>slots</i> of them, and closes again as each of
 * them ends. (This is the divergence bound of Kubernetes' API Priority and Fairness, which has the same correction on
 * completion.)
 *
 * <p><b>Nobody starves.</b> With <i>N</i> slots and costs of at most <i>c</i>, the head of level <i>l</i> goes after at
 * most {@code (sum of w / w(l) + number of levels) * c} slot-seconds of others' work, so within that divided by
 * <i>N</i>: levels with 8:4:2:1 weights admit a low request after at most 19 <i>c</i> / <i>N</i> seconds, whatever the
 * load above. The same holds inside a level with flows in place of levels.
 *
 * <p>{@link io.anteroom.admission.Order} names three more orders. <b>Strict</b> serves the highest level first, but
 * each lower level that waits ages: it saves {@code floorPercent} of every cost served above it and goes first as soon
 * as its savings cover its head, so it is sure of that share. <b>Flat</b> is one fair order over all flows, the level's
 * weight multiplying the flow's. <b>FIFO</b> is arrival order.
 *
 * <h2>Limits</h2>
 *
 * <p>A flow whose head may not run, because its key or its IP address runs as many as it may, leaves the order until
 * one of those ends, and does not gain by it (step 1). Its head holds it back whole, so that its own order stays.
 * Nobody else waits for it: a slot stays idle only if nobody eligible waits, and a newcomer who finds a slot free
 * overtakes only those who could not have used it.
 *
 * <h2>Absences</h2>
 *
 * <p>A caller may {@linkplain io.anteroom.admission.Ticket#keep leave its place for a while}. The place stays in line.
 * When its turn comes while nobody is there it is <em>passed over</em>: its flow is charged as if it ran (step 2), it
 * leaves the flow's list, and whoever comes next goes on, so that no slot idles. From then on it is before everybody
 * else as soon as its caller {@linkplain io.anteroom.admission.Pool#rejoin is back}, whatever the order, and it is
 * given up if nobody comes back within the grace; the charge is refunded then, down to {@code V} at most. Because the
 * charge is paid at the turn and not at the return, the fairness bound holds as it stands. One who is back while its
 * key or address runs as many as it may takes its place at the head of its flow again.
 *
 * <p>An {@linkplain io.anteroom.admission.Arrival#claimWithin() arrival that reserves} has no caller who waits at all:
 * when its turn comes its slot is held for a moment, until somebody {@linkplain io.anteroom.admission.Lease#claim()
 * claims} it, and goes to the next otherwise.
 *
 * <h2>Positions and waits</h2>
 *
 * <p>A position is one more than the number of those who would be admitted first if nobody arrived, left or cost other
 * than expected, and no running limit were met. {@link io.anteroom.admission.PoolMachine#rank} finds all of them in one
 * merge of the flows. On arrival the same question is answered in constant time from a histogram of the backlogs: exact
 * for one flow, within the one bucket of the histogram for many. The estimate is the work ahead divided by the slots,
 * times the median of what such figures turned out to be worth; its range is taken from the same past and widens or
 * narrows until four waits in five fall into it.
 *
 * <h2>Cost</h2>
 *
 * <p>Every command is O(log n), except that one which ends many requests costs that for each, that a key or address
 * which drops below its running limit lets each flow in that it held back, that an entry which an operator moves is put
 * in its place among the later ones of its own new flow, and that an edit of the settings may look at everybody.
 */
@NullMarked
package io.anteroom.admission;

import org.jspecify.annotations.NullMarked;
