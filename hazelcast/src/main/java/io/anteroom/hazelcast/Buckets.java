// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.Limit;
import io.anteroom.rate.Refill;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderRefillStage;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.RemoteBucketState;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.RemoteVerboseResult;
import io.github.bucket4j.distributed.remote.Request;
import io.github.bucket4j.distributed.remote.commands.AddTokensCommand;
import io.github.bucket4j.distributed.remote.commands.ConsumeIgnoringRateLimitsCommand;
import io.github.bucket4j.distributed.remote.commands.CreateInitialStateAndExecuteCommand;
import io.github.bucket4j.distributed.remote.commands.MultiCommand;
import io.github.bucket4j.distributed.remote.commands.ReplaceConfigurationCommand;
import io.github.bucket4j.distributed.remote.commands.ReserveAndCalculateTimeToSleepCommand;
import io.github.bucket4j.distributed.remote.commands.VerboseCommand;
import io.github.bucket4j.distributed.serialization.InternalSerializationHelper;
import io.github.bucket4j.distributed.versioning.Versions;
import io.github.bucket4j.grid.hazelcast.HazelcastEntryProcessor;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a bucket of the cluster, in Bucket4j's words. The time is that of the machine where the bucket is. A
 * bucket is forgotten when it is full again, and a little later.
 */
final class Buckets {
    /** Stands in no name of a limit. */
    private static final char APART = '\0';

    private static final char FOR_ALL = '\1';

    private static final ExpirationAfterWriteStrategy UNTIL_FULL =
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofSeconds(2));

    private Buckets() {}

    /** Something that is asked. */
    record Step(RemoteCommand<?> command) {
        HazelcastEntryProcessor<String, ?> processor() {
            return new HazelcastEntryProcessor<>(new Request<>(command, Versions.getLatest(), null, UNTIL_FULL));
        }
    }

    /** Loads what the first request would have to wait for, here and where this node is the owner. */
    @SuppressWarnings("unchecked") // Nothing is read of the answer but what was asked for.
    static void warmUp() {
        Claim claim = new Claim(Limit.requests("warm-up", 1, Duration.ofSeconds(1)), "", 1, 0);
        RemoteCommand<?> take = take(claim, true).command();
        byte[] answer = new HazelcastEntryProcessor<String, Object>(
                        new Request<>((RemoteCommand<Object>) take, Versions.getLatest(), null, null))
                .process(new AbstractMap.SimpleEntry<>("", null));
        standing(claim, told(answer));
    }

    /** How a bucket stands after it was asked. */
    record Standing(boolean isTaken, long waitNanos, long remaining, long resetNanos) {}

    static String key(Claim claim) {
        return claim.limit().name() + APART + claim.subject();
    }

    /** Of all for whom there is no room. */
    static String shared(Claim claim) {
        return claim.limit().name() + FOR_ALL;
    }

    private static BucketConfiguration configuration(Limit limit) {
        BandwidthBuilderRefillStage stage = Bandwidth.builder().capacity(limit.burst());
        Bandwidth bandwidth = (limit.refill() == Refill.SMOOTH
                        ? stage.refillGreedy(limit.amount(), limit.per())
                        : stage.refillIntervally(limit.amount(), limit.per()))
                .build();
        return BucketConfiguration.builder().addLimit(bandwidth).build();
    }

    /** Takes, if it is there or comes soon enough, and tells the rest. */
    static Step take(Claim claim, boolean mayMake) {
        RemoteCommand<?> take =
                VerboseCommand.from(new ReserveAndCalculateTimeToSleepCommand(claim.amount(), claim.patienceNanos()));
        return new Step(mayMake ? made(claim.limit(), take) : take);
    }

    private static RemoteCommand<?> made(Limit limit, RemoteCommand<?> then) {
        return new CreateInitialStateAndExecuteCommand<>(configuration(limit), then);
    }

    /** More is taken, even into debt, or it is given back. One that is gone was full: nothing to give back to. */
    static Step correct(Claim claim, long amount) {
        return new Step(
                amount > 0
                        ? made(claim.limit(), new ConsumeIgnoringRateLimitsCommand(amount))
                        : new AddTokensCommand(-amount));
    }

    /** The answer to {@link #take}, or null if there is no such bucket. */
    @SuppressWarnings("unchecked") // What Bucket4j reads has the type that was written.
    static @Nullable RemoteVerboseResult<Long> told(byte[] answer) {
        CommandResult<RemoteVerboseResult<Long>> result =
                InternalSerializationHelper.deserializeResult(answer, Versions.getLatest());
        if (result.isBucketNotFound()) {
            return null;
        }
        if (result.isError()) {
            throw new IllegalStateException("the bucket's node speaks another form: " + result.getData());
        }
        return result.getData();
    }

    /** Whether a bucket follows the limit as it is set here. */
    static boolean isOf(Limit limit, RemoteVerboseResult<?> told) {
        return told.getState().getConfiguration().equals(configuration(limit));
    }

    /**
     * Has a bucket follow the limit as it is set here. What was just taken under the other one is given back; what has
     * been used stays used: raising by 100 gives 100 more, lowering leaves what it leaves, and nobody is put into debt.
     */
    static Step follow(Claim claim, RemoteVerboseResult<Long> told) {
        RemoteBucketState state = told.getState();
        long before = capacity(state);
        long available = state.getAvailableTokens() + (isTaken(told) ? claim.amount() : 0);
        List<RemoteCommand<?>> steps = new ArrayList<>();
        if (isTaken(told)) {
            steps.add(new AddTokensCommand(claim.amount()));
        }
        steps.add(new ReplaceConfigurationCommand(configuration(claim.limit()), TokensInheritanceStrategy.ADDITIVE));
        long burst = claim.limit().burst();
        long tooMuch = Math.min(available, burst) - Math.max(0, burst - (before - available));
        if (burst < before && available >= 0 && tooMuch > 0) {
            steps.add(new ConsumeIgnoringRateLimitsCommand(tooMuch));
        }
        return new Step(new MultiCommand(steps));
    }

    private static long capacity(RemoteBucketState state) {
        return state.getConfiguration().getBandwidths()[0].getCapacity();
    }

    static boolean isTaken(@Nullable RemoteVerboseResult<Long> told) {
        return told != null && told.getValue() != Long.MAX_VALUE;
    }

    static Standing standing(Claim claim, @Nullable RemoteVerboseResult<Long> told) {
        if (told == null) {
            throw new IllegalStateException("no answer");
        }
        RemoteBucketState state = told.getState();
        long now = told.getOperationTimeNanos();
        boolean isTaken = isTaken(told);
        long wait = isTaken
                ? told.getValue()
                : state.calculateDelayNanosAfterWillBePossibleToConsume(claim.amount(), now, true);
        long reset = claim.limit().refill() == Refill.SMOOTH ? -1 : state.calculateFullRefillingTime(now);
        return new Standing(isTaken, wait, state.getAvailableTokens(), reset);
    }
}
