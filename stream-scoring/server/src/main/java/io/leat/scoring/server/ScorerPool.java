package io.leat.scoring.server;

import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RolloutScorer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Scorers of a model's live rollout that wait for requests, as a scorer is one thread's at a time.
 * Those of an earlier rollout are closed with the first request that a later one answers, or when
 * they are given back. Thread-safe.
 */
final class ScorerPool {
  private final ServedModels models;
  private final String model;
  private final Deque<RolloutScorer> idle = new ArrayDeque<>();

  /** Revision of the newest rollout that a scorer was asked of. */
  private long newest;

  private boolean closed;

  ScorerPool(ServedModels models, String model) {
    this.models = models;
    this.model = model;
  }

  /** A scorer that is the caller's until this is closed. */
  record Borrowed(RolloutScorer scorer, ScorerPool pool) implements AutoCloseable {
    @Override
    public void close() {
      pool.giveBack(scorer);
    }
  }

  /**
   * A scorer of the rollout that is live now.
   *
   * @throws RequestException 503 while none is loaded
   */
  Borrowed borrow() throws RequestException {
    ModelRollouts rollouts = models.rollouts(model);
    RolloutScorer waiting = take(rollouts.revision());
    return new Borrowed(waiting == null ? new RolloutScorer(models.rollout(model)) : waiting, this);
  }

  private synchronized @Nullable RolloutScorer take(long revision) {
    if (revision > newest) {
      newest = revision;
      idle.forEach(RolloutScorer::close);
      idle.clear();
    }
    return idle.poll();
  }

  private synchronized void giveBack(RolloutScorer scorer) {
    if (closed || scorer.rollout().revision() < newest) {
      scorer.close();
    } else {
      idle.push(scorer);
    }
  }

  synchronized void close() {
    closed = true;
    idle.forEach(RolloutScorer::close);
    idle.clear();
  }
}
