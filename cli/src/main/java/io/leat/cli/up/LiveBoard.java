package io.leat.cli.up;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws the board again and again, in its place on a terminal. What goes wrong while it looks is
 * shown in its place: a display never stops what it displays. One thread owns it.
 */
final class LiveBoard implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveBoard.class);
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

  /** Lines that are longer than the terminal is wide are cut, or they would take two. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private final StackView view;
  private final StatusBoard board;
  private final PrintWriter out;
  private final boolean live = System.console() != null && System.getenv("TERM") != null;
  private Optional<Figures> before = Optional.empty();
  private int drawn;

  LiveBoard(StackView view, StatusBoard board, PrintWriter out) {
    this.view = view;
    this.board = board;
    this.out = out;
  }

  /** Whether it draws on a terminal, over what it drew before. */
  boolean isLive() {
    return live;
  }

  void draw() throws InterruptedException {
    List<String> lines = lines();
    if (live) {
      out.print((drawn > 0 ? UP_AND_CLEAR.formatted(drawn) : "") + WRAP_OFF);
    }
    lines.forEach(out::println);
    if (live) {
      out.print(WRAP_ON);
    }
    out.flush();
    drawn = lines.size();
  }

  private List<String> lines() throws InterruptedException {
    try {
      Figures now = view.take();
      List<String> lines = board.lines(before.orElse(now), now);
      before = Optional.of(now);
      return lines;
    } catch (ExecutionException | RuntimeException e) {
      log.debug("no figures", e);
      return List.of("(no figures just now: " + StackView.sentence(e) + ")");
    }
  }

  @Override
  public void close() {
    view.close();
  }
}
