package io.leat.cli.up;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Draws the board again and again, in its place on a terminal; what people should hear of stays
 * above it. One thread owns it.
 */
final class LiveBoard {
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

  /** Lines that are longer than the terminal is wide are cut, or they would take two. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private final StatusBoard board;
  private final PrintWriter out;
  private final boolean live = System.console() != null && System.getenv("TERM") != null;
  private Optional<Figures> before = Optional.empty();
  private int drawn;

  LiveBoard(StatusBoard board, PrintWriter out) {
    this.board = board;
    this.out = out;
  }

  /** Whether it draws on a terminal, over what it drew before. */
  boolean isLive() {
    return live;
  }

  /** Says what people should hear of, above the board. */
  void tell(List<String> sentences) {
    if (sentences.isEmpty()) {
      return;
    }
    erase();
    sentences.forEach(sentence -> out.println("  " + sentence));
    out.flush();
  }

  /** Draws a snapshot; rates are taken from the one drawn before. */
  void draw(StackSnapshot snapshot) {
    List<String> lines = new ArrayList<>();
    snapshot.now().ifPresent(now -> lines.addAll(board.lines(before.orElse(now), now)));
    before = snapshot.now().or(() -> before);
    lines.addAll(StatusBoard.parts(snapshot.parts()));
    snapshot.problem().ifPresent(why -> lines.add("(no figures just now: " + why + ")"));
    erase();
    out.print(live ? WRAP_OFF : "");
    lines.forEach(out::println);
    out.print(live ? WRAP_ON : "");
    out.flush();
    drawn = lines.size();
  }

  private void erase() {
    if (live && drawn > 0) {
      out.print(UP_AND_CLEAR.formatted(drawn));
    }
    drawn = 0;
  }
}
