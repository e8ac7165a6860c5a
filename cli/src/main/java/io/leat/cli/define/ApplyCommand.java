package io.leat.cli.define;

import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.apply.Plan;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.access.Principal;
import java.io.PrintWriter;
import java.util.List;
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
        "Creates the topics, registers the schemas and publishes the models that a pipeline lacks."
            + " Deletes nothing.")
public final class ApplyCommand implements Callable<Integer> {
  @Mixin private ClusterDefinition definition = new ClusterDefinition();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    Pipeline pipeline = definition.pipeline();
    String actor = Principal.ofThisProcess().name();
    Plan plan = definition.applier().apply(pipeline, actor);
    plan.in(State.CREATE).forEach(out::println);
    List<String> models = definition.publish(pipeline, actor);
    models.forEach(out::println);
    out.println(
        plan.isEmpty() && models.isEmpty()
            ? "Nothing to do: all of it is there."
            : "Applied " + plan.pipeline() + ".");
    return 0;
  }
}
