package io.leat.cli.up;

import io.leat.common.ErrorCode;
import io.leat.stack.JvmProcess;
import io.leat.stack.StackException;
import io.leat.stack.StartWait;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process of a stack, which is started again when it ends by itself. One thread owns it; a
 * restart runs in a thread of its own until the process is ready.
 */
final class Part {
  private final String name;
  private final Supplier<JvmProcess> launch;
  private final Supplier<Optional<String>> missing;
  private final Restarts restarts;
  private boolean mayFinish;
  private PartState.State state = PartState.State.RUNNING;
  private @Nullable JvmProcess process;
  private @Nullable CompletableFuture<JvmProcess> restart;
  private Optional<Instant> running = Optional.empty();
  private Instant due = Instant.EPOCH;
  private int restarted;
  private @Nullable StackException lastEnd;

  /**
   * @param launch starts the process, and need not wait until it is ready
   * @param missing what it lacks until it is ready; empty when it is
   */
  Part(
      String name,
      Supplier<JvmProcess> launch,
      Supplier<Optional<String>> missing,
      Restarts restarts) {
    this.name = name;
    this.launch = launch;
    this.missing = missing;
    this.restarts = restarts;
  }

  /** A part that is ready as soon as it has been launched. */
  Part(String name, Supplier<JvmProcess> launch, Restarts restarts) {
    this(name, launch, Optional::empty, restarts);
  }

  /** The same, and that it ends with code 0 says that it has done what it was there for. */
  Part mayFinish() {
    mayFinish = true;
    return this;
  }

  /**
   * Starts it for the first time; see {@link #awaitReady}.
   *
   * @throws StackException if it cannot be started
   */
  Part start() {
    process = launch.get();
    running = Optional.of(Instant.now());
    return this;
  }

  /**
   * Waits until it is ready.
   *
   * @throws StackException if it ends first, or makes no progress any more
   */
  void awaitReady(StartWait wait) {
    started().awaitReady(missing, wait);
  }

  /**
   * Looks after it: starts it again if it ended and may be started now, and takes in how that went.
   *
   * @param mayStart whether what it needs is there
   * @param starter runs a restart
   * @param wait how a restart is waited for
   * @param tell takes a sentence for people when something has changed
   */
  void look(
      Instant now, boolean mayStart, Executor starter, StartWait wait, Consumer<String> tell) {
    switch (state) {
      case RUNNING -> {
        if (mayFinish && started().exitCode().equals(OptionalInt.of(0))) {
          state = PartState.State.DONE;
        } else if (!started().isAlive()) {
          ended(started().died(), now, tell);
        }
      }
      case WAITS -> {
        if (mayStart && !now.isBefore(due)) {
          state = PartState.State.STARTS;
          restarted++;
          restart = CompletableFuture.supplyAsync(() -> restart(wait), starter);
        }
      }
      case STARTS -> {
        if (restart != null && restart.isDone()) {
          restarted(restart, now, tell);
        }
      }
      case DONE, GIVEN_UP -> {} // nothing changes any more
    }
  }

  private JvmProcess restart(StartWait wait) {
    JvmProcess again = launch.get();
    try {
      again.awaitReady(missing, wait);
      return again;
    } catch (StackException e) {
      again.kill();
      throw e;
    }
  }

  private void restarted(CompletableFuture<JvmProcess> done, Instant now, Consumer<String> tell) {
    try {
      process = done.join();
      running = Optional.of(now);
      state = PartState.State.RUNNING;
      tell.accept("the %s runs again".formatted(name));
    } catch (CompletionException e) {
      running = Optional.empty();
      ended(
          e.getCause() instanceof StackException reported
              ? reported
              : new StackException(
                  ErrorCode.PROCESS_ENDED,
                  "The %s could not be started again: %s".formatted(name, e.getCause()),
                  e),
          now,
          tell);
    }
  }

  private void ended(StackException why, Instant now, Consumer<String> tell) {
    lastEnd = why;
    Optional<Duration> pause = restarts.ended(running, now);
    if (pause.isPresent()) {
      state = PartState.State.WAITS;
      due = now.plus(pause.get());
      tell.accept(
          "%s It is started again in %d s.".formatted(firstLine(why), pause.get().toSeconds()));
    } else {
      state = PartState.State.GIVEN_UP;
      tell.accept(
          "%s It has been started again %d times in a row, and is not any more."
              .formatted(firstLine(why), restarts.row()));
    }
  }

  private static String firstLine(Throwable why) {
    return String.valueOf(why.getMessage()).lines().findFirst().orElse("");
  }

  String name() {
    return name;
  }

  boolean isRunning() {
    return state == PartState.State.RUNNING;
  }

  /** Why it ended for good; empty unless it was given up. */
  Optional<StackException> givenUp() {
    return state == PartState.State.GIVEN_UP ? Optional.ofNullable(lastEnd) : Optional.empty();
  }

  PartState state() {
    return new PartState(name, state, restarted, Optional.ofNullable(lastEnd).map(Part::firstLine));
  }

  /** Whether its process lives. */
  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Asks the process to end and waits; kills it if it has not ended in time. */
  void stop(Duration timeout) {
    if (process != null) {
      process.stop(timeout);
    }
  }

  private JvmProcess started() {
    if (process == null) {
      throw new IllegalStateException(name + " has not been started");
    }
    return process;
  }
}
