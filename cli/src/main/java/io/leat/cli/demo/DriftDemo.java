package io.leat.cli.demo;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.stack.JvmProcess;
import io.leat.stack.StackException;
import io.leat.stack.StartWait;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A town whose fraud moves, from a model that is trained to what the next one is worth beside it;
 * or one whose payments lack a value, from the nulls to the end of the incident.
 */
final class DriftDemo {
  static final String BUILTIN = "{ builtin: boosted_trees }";

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration DOWN = Duration.ofMinutes(3);

  /** How long a vector may wait for its score at the end. */
  private static final Duration DRAIN = Duration.ofMinutes(1);

  private final DemoFolder folder;
  private final Play play;
  private final String trainer;
  private final PrintWriter out;
  private final LeatProcess leat;
  private final Instant begun = Instant.now();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * @param trainer who trains again, as a policy says it
   */
  DriftDemo(DemoFolder folder, Play play, String trainer, PrintWriter out) {
    this.folder = folder;
    this.play = play;
    this.trainer = trainer;
    this.out = out;
    this.leat = new LeatProcess(folder);
  }

  /**
   * Runs it to its end, and stops all that it has started.
   *
   * @throws UserError if a part of it fails
   */
  Figures run() throws InterruptedException {
    tell("pipeline, stack, logs and page are in " + folder.root());
    folder.writePipeline(play, trainer);
    leat.run("player", Play.player(), play.learnt(folder.history()));
    tell("the town lives %d days; the champion learns from them".formatted(play.learntDays()));
    learn();
    JvmProcess up =
        leat.start(
            "up",
            List.of(
                "up",
                folder.pipeline().toString(),
                "--dir",
                folder.stack().toString(),
                "--free-ports"));
    Thread stop = new Thread(() -> stop(up), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      up.awaitReady(() -> up.missingInLog("Leat is up after"), StartWait.DEFAULT);
      return follow(up);
    } finally {
      tell("everything stops");
      up.stop(DOWN);
      if (stopping.getCount() > 0) {
        Runtime.getRuntime().removeShutdownHook(stop);
      }
    }
  }

  private void stop(JvmProcess up) {
    stopping.countDown();
    up.stop(DOWN);
  }

  private void learn() {
    leat
        .run(
            "train",
            List.of(
                "train",
                folder.pipeline().toString(),
                "--model",
                "fraud",
                "--algorithm",
                "boosted_trees",
                "--events",
                "payments=" + folder.history(),
                "--from",
                play.learntFrom().toString()))
        .stream()
        .filter(line -> line.startsWith("trained on"))
        .forEach(this::tell);
  }

  private Figures follow(JvmProcess up) throws InterruptedException {
    Endpoints endpoints = Endpoints.load(folder.stack());
    tell(
        "the platform is up, and plays; in a browser: http://127.0.0.1:"
            + endpoints.port("console"));
    Story story = play.hasNulls() ? new Incident(play, this::tell) : new Loop(play, this::tell);
    try (StoryTopics topics = new StoryTopics(endpoints)) {
      boolean isShadowed = false;
      Instant quiet = Instant.now();
      while (!story.isOver()) {
        requireRunning(up);
        topics.poll(story);
        if (!isShadowed && story.wantsShadow()) {
          isShadowed = shadow();
        }
        Optional<Instant> now = story.now();
        if (story.hasFailed() || now.filter(play.endsAt()::isBefore).isPresent()) {
          tell(play.hasNulls() ? "the incident does not pass" : "the loop does not close");
          break;
        }
        if (now.isPresent() && quiet.plusSeconds(20).isBefore(Instant.now())) {
          quiet = Instant.now();
          tell(
              "%s of the town's life, %,d payments with a vector"
                  .formatted(now.get().toString().substring(0, 10), story.vectors()));
        }
        if (stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new UserError("Stopped before its end.");
        }
      }
      story.close();
      drain(story, topics);
      Figures figures = story.figures();
      folder.writePage(figures.page());
      out.println();
      figures.lines().forEach(out::println);
      out.println("page: " + folder.page());
      out.flush();
      return figures;
    }
  }

  /** The old version scores on, beside the new one. */
  private boolean shadow() {
    leat.run(
        "model",
        List.of(
            "model",
            "promote",
            "fraud@1",
            "--shadow",
            "--reason",
            "to see what version 2 is worth",
            "--dir",
            folder.stack().toString()));
    tell("version 1 goes on in the shadow: leat model promote fraud@1 --shadow");
    return true;
  }

  /** What has a vector gets its score, however much the player plays meanwhile. */
  private void drain(Story story, StoryTopics topics) throws InterruptedException {
    Instant until = Instant.now().plus(DRAIN);
    while (story.waiting() > 0 && Instant.now().isBefore(until)) {
      topics.poll(story);
      stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void requireRunning(JvmProcess up) {
    if (!up.isAlive() && stopping.getCount() > 0) {
      StackException died = up.died();
      throw new UserError("The stack has ended: " + died.getMessage(), died);
    }
  }

  private void tell(String sentence) {
    Duration since = Duration.between(begun, Instant.now());
    out.printf("%2d:%02d  %s%n", since.toMinutes(), since.toSecondsPart(), sentence);
    out.flush();
  }
}
