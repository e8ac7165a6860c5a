package io.leat.ingestion.letters;

import io.leat.pipeline.Contract;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Replays every letter of a pipeline's one event in small batches, to be killed in the middle. */
public final class ReplayProcess {
  private ReplayProcess() {}

  /** Arguments: pipeline folder, brokers, registry. */
  public static void main(String[] arguments) throws PipelineException {
    Pipeline pipeline = PipelineReader.read(Path.of(arguments[0]));
    RegistryClient registry = new RegistryClient(arguments[2]);
    Contract event = pipeline.contracts().get(0);
    LetterContract contract = new LetterContract(event, registry);
    new LetterReplay(
            Map.of("bootstrap.servers", arguments[1]),
            registry,
            pipeline.name(),
            contract,
            new Repair(contract, Map.of(), registry),
            InstantSource.system())
        .run(
            new ReplayPlan(LetterFilter.ALL, Long.MAX_VALUE, 3, "test", false),
            (letter, why) -> System.out.println(letter.position() + " stays: " + why));
  }
}
