package io.leat.cli.dlq;

import io.leat.ingestion.letters.Letter;
import io.leat.ingestion.letters.LetterLog;
import io.leat.ingestion.letters.LetterPosition;
import io.leat.ingestion.letters.LetterText;
import io.leat.pipeline.PipelineException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
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
            + " hex. Encrypted letters need the pipeline and its keys. What the contract protects is"
            + " masked.")
final class ShowCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Parameters(
      index = "1",
      paramLabel = "P/O",
      converter = FilterOptions.PositionConverter.class,
      description = "Position of the letter: partition/offset.")
  private LetterPosition position = new LetterPosition(0, 0);

  @Option(names = "--clear", description = "Show protected values too.")
  private boolean clear;

  @Mixin private ContractOptions contract = new ContractOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    try (LetterLog letters = new LetterLog(contract.platform().kafka(), event)) {
      Letter letter = letters.at(position);
      new LetterText(contract.contract(event), contract.platform().registry(), clear)
          .show(letter)
          .forEach(out::println);
    }
    out.flush();
    return 0;
  }
}
