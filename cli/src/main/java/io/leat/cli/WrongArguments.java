package io.leat.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with the arguments of a command; guesses what was meant only where it is near.
 */
final class WrongArguments implements IParameterExceptionHandler {
  private static final int WRONG_INPUT = 2;

  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    if (error instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String found = unmatched.getUnmatched().get(0);
      boolean option = found.startsWith("-");
      Collection<String> known =
          option
              ? command.getCommandSpec().optionsMap().keySet()
              : command.getSubcommands().keySet();
      if (option || !known.isEmpty()) {
        String whole = command.getCommandSpec().qualifiedName();
        err.printf(
            "%s has no %s '%s'.%s%n",
            whole, option ? "option" : "command", found, guess(found.split("=", 2)[0], known));
        if (!option) {
          err.printf("It has: %s. ", known.stream().sorted().collect(Collectors.joining(", ")));
        }
        err.printf("See: ./%s --help%n", whole);
        return WRONG_INPUT;
      }
    }
    err.println(error.getMessage());
    err.printf("See: ./%s --help%n", command.getCommandSpec().qualifiedName());
    return WRONG_INPUT;
  }

  private static String guess(String found, Collection<String> known) {
    List<String> near =
        Stream.concat(
                known.stream().filter(name -> found.length() > 2 && name.startsWith(found)),
                known.stream().filter(name -> isNear(found, name)))
            .distinct()
            .sorted()
            .toList();
    return near.isEmpty() ? "" : " Did you mean " + String.join(" or ", near) + "?";
  }

  /** One slip of a finger away: a character too many, too few or wrong, or two changed about. */
  private static boolean isNear(String found, String name) {
    int distance = distance(found, name);
    return distance <= 1
        || (distance == 2
            && found.length() == name.length()
            && Arrays.equals(found.chars().sorted().toArray(), name.chars().sorted().toArray()));
  }

  /** How many characters to put in, take out or change make one text the other (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
