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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says why an event was refused and what to do. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Says of a dead letter what was found, what was expected, what to do, and whether today's"
            + " contract would accept it.")
final class ExplainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Parameters(
      index = "1",
      paramLabel = "P/O",
      converter = FilterOptions.PositionConverter.class,
      description = "Position of the letter: partition/offset.")
  private LetterPosition position = new LetterPosition(0, 0);

  @Mixin private ContractOptions contract = new ContractOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    try (LetterLog letters = new LetterLog(contract.platform().kafka(), event)) {
      Letter letter = letters.at(position);
      new LetterText(contract.contract(event), contract.platform().registry(), false)
          .explain(event, letter)
          .forEach(out::println);
    }
    out.flush();
    return 0;
  }
}
