package io.leat.cli.train;

import io.leat.cli.command.UserError;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.features.engine.EventIdentity;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.runtime.settings.RowFileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads files of events into memory, in the order of their event times. Rows that do not fit their
 * contract are reported with their line and left out, as are events that break one of its rules: in
 * the stream they would be dead letters.
 */
final class EventFiles {
  private static final int REPORTED_ROWS = 10;

  private final Pipeline pipeline;
  private final PrintWriter out;
  private final List<Event> events = new ArrayList<>();

  /**
   * @param name name of the event
   * @param timeMicros its event time, microseconds since 1970-01-01 UTC
   */
  record Event(String name, long timeMicros, GenericRecord event) {}

  EventFiles(Pipeline pipeline, PrintWriter out) {
    this.pipeline = pipeline;
    this.out = out;
  }

  /**
   * Reads one file.
   *
   * @throws UserError if the pipeline has no such event or the file does not fit its contract
   */
  void read(String name, Path file, Optional<String> timeColumn, RowFileOptions options) {
    Contract contract =
        pipeline
            .contract(name)
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no event %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                name,
                                pipeline.contracts().stream().map(Contract::event).toList())));
    EventIdentity identity = new EventIdentity(contract);
    Rules rules = new Rules(contract);
    long unfitting = 0;
    long broken = 0;
    long fitting = 0;
    try (EventRows rows = EventRows.open(file, contract, timeColumn, options)) {
      if (!rows.unusedColumns().isEmpty()) {
        out.println(file + ": no field takes the columns " + rows.unusedColumns());
      }
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        if (row.get() instanceof Fitting fit) {
          if (rules.allow(fit.event())) {
            events.add(new Event(name, identity.timeMicros(fit.event()), fit.event()));
            fitting++;
          } else {
            broken++;
          }
        } else if (row.get() instanceof Unfitting unfit) {
          unfitting++;
          if (unfitting <= REPORTED_ROWS) {
            out.println(file + ":" + unfit.line() + ": " + unfit.problem());
          }
        }
      }
    } catch (IOException e) {
      throw new UserError("Cannot close " + file + ": " + e.getMessage(), e);
    }
    out.printf(
        "%s: %,d events of %s; left out: %,d rows that do not fit, %,d events that break a rule%n",
        file, fitting, name, unfitting, broken);
  }

  /** All that was read, by event time; events of one time in the order they were read. */
  List<Event> inOrder() {
    events.sort(Comparator.comparingLong(Event::timeMicros));
    return List.copyOf(events);
  }

  /** The rules whose breach makes a dead letter. */
  private static final class Rules {
    private final Scope scope;
    private final List<Program> checks;

    Rules(Contract contract) {
      scope = Scope.ofEvent(contract.schema());
      checks =
          contract.rules().stream()
              .filter(rule -> rule.severity() == Severity.ERROR)
              .map(rule -> Program.compile(rule.check(), scope, Program.Result.BOOL))
              .toList();
    }

    boolean allow(GenericRecord event) {
      Map<String, Object> bindings = scope.bind(event);
      for (Program check : checks) {
        try {
          if (Boolean.FALSE.equals(check.evaluate(bindings))) {
            return false;
          }
        } catch (ExpressionException e) {
          return false; // a rule that has no value for an event refuses it
        }
      }
      return true;
    }
  }
}
