package io.leat.cli.define;

import io.leat.pipeline.apply.Plan;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what {@code leat apply} would do. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description =
        "Shows what 'leat apply' would create, and what it would refuse. Changes nothing.")
public final class PlanCommand implements Callable<Integer> {
  @Mixin private ClusterDefinition definition = new ClusterDefinition();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = definition.pipeline();
    Plan plan = definition.applier().plan(pipeline);
    PrintWriter out = spec.commandLine().getOut();
    out.println(plan);
    definition.models(pipeline).forEach(out::println);
    return plan.isRefused() ? 1 : 0;
  }
}
