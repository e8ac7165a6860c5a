package io.leat.runtime.flink;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.settings.FlinkJobOptions;
import io.leat.runtime.settings.Settings;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Builds jobs, and submits one to a real cluster.
 *
 * <p>There ({@code flink run}, application mode) the cluster's own configuration says where state
 * and checkpoints belong and how parallel a job is; {@code --state-dir}, {@code --state-backend}
 * and {@code --parallelism} are for the local cluster alone.
 */
public final class FlinkJobs {
  private static final Logger log = LoggerFactory.getLogger(FlinkJobs.class);

  private FlinkJobs() {}

  /**
   * Body of a job's {@code main} on a real cluster. Ends the process with code 2 when flags or the
   * pipeline are wrong, with 1 when the job cannot be submitted.
   */
  public static void main(FlinkJob job, String[] arguments) {
    FlinkJobOptions options = new FlinkJobOptions();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create().name(job.name()));
    command.addMixin("options", options);
    command.getCommandSpec().mixinStandardHelpOptions(true);
    Settings.document(command)
        .setExecutionStrategy(Settings.checked(parsed -> submit(job, options)));
    int code = command.execute(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int submit(FlinkJob job, FlinkJobOptions options) {
    try {
      Pipeline pipeline = options.readPipeline();
      FlinkJobContext context = new FlinkJobContext(job.name(), pipeline, options);
      log.info("{} is submitted: {}", context.applicationId(), options);
      StreamExecutionEnvironment environment =
          StreamExecutionEnvironment.getExecutionEnvironment(JobSettings.of(options));
      job.build(environment, context);
      environment.execute(context.applicationId());
      return 0;
    } catch (PipelineException e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (Exception e) {
      log.error("{} could not be submitted", job.name(), e);
      System.err.println(e.getMessage());
      return 1;
    }
  }

  /** The graph of a job, named after its pipeline and itself. */
  static StreamGraph graph(FlinkJob job, FlinkJobContext context, Configuration settings) {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings);
    job.build(environment, context);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(context.applicationId());
    return graph;
  }
}
