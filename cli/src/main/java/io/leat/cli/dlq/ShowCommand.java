package io.leat.cli.dlq;

import io.leat.cli.command.UserError;
import io.leat.deadletters.DeadLetterLog;
import io.leat.deadletters.DeadLetterPosition;
import io.leat.deadletters.DeadLetterRecord;
import io.leat.deadletters.DeadLetterText;
import io.leat.pipeline.definition.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints one dead letter. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Prints a dead letter: headers, key, and the value as JSON where it can be decoded, else in"
            + " hex. Encrypted dead letters need the pipeline and its keys. What the contract protects is"
            + " masked.")
final class ShowCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Parameters(
      index = "1",
      paramLabel = "P/O",
      converter = FilterOptions.PositionConverter.class,
      description = "Position of the dead letter: partition/offset.")
  private DeadLetterPosition position = new DeadLetterPosition(0, 0);

  @Option(names = "--clear", description = "Show protected values too.")
  private boolean clear;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description =
          "Write the event's value to a new file, byte for byte as its producer wrote it, and print"
              + " nothing.")
  private @Nullable Path file;

  @Mixin private ContractOptions contract = new ContractOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    try (DeadLetterLog deadLetters = new DeadLetterLog(contract.platform().kafka(), event)) {
      DeadLetterRecord deadLetter = deadLetters.at(position);
      DeadLetterText text =
          new DeadLetterText(contract.contract(event), contract.platform().registry(), clear);
      if (file != null) {
        save(text.original(deadLetter), file);
        return 0;
      }
      text.show(deadLetter).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private static void save(byte[] value, Path file) {
    try {
      Files.write(file, value, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new UserError(file + " is there already; name a new file.", e);
    } catch (IOException e) {
      throw new UserError("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
    }
  }
}
