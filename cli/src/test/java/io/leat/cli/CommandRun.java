package io.leat.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A {@code leat} command that was run to its end in this JVM.
 *
 * @param code its exit code
 * @param out what it printed, on standard output and error
 */
public record CommandRun(int code, String out) {
  public static CommandRun of(String... arguments) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    int code = Leat.commandLine().setOut(writer).setErr(writer).execute(arguments);
    return new CommandRun(code, out.toString());
  }
}
