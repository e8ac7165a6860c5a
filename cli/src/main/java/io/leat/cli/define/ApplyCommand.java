package io.leat.cli.define;

import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.apply.Plan;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.access.Principal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Brings a pipeline onto a cluster. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description =
        "Creates the topics and registers the schemas that a pipeline lacks. Deletes nothing.")
public final class ApplyCommand implements Callable<Integer> {
  @Mixin private ClusterDefinition definition = new ClusterDefinition();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    Plan plan = definition.applier().apply(definition.pipeline(), Principal.ofThisProcess().name());
    plan.in(State.CREATE).forEach(out::println);
    out.println(
        plan.isEmpty() ? "Nothing to do: all of it is there." : "Applied " + plan.pipeline() + ".");
    return 0;
  }
}
