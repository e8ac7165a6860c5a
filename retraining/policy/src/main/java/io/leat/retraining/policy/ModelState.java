package io.leat.retraining.policy;

import io.leat.records.RetrainingRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model when something asks for a new version of it.
 *
 * @param last its last request; null where there was none
 * @param state how far that has come; without meaning where there was none
 * @param harmed whether an episode of performance is open
 * @param harmInDoubt where each that is open may be the doing of an incident: the doubt about one
 * @param broken whether an episode of data quality is open
 * @param requests event times of the requests that were made for it
 */
public record ModelState(
    @Nullable RetrainingRequest last,
    RequestState state,
    boolean harmed,
    Optional<Doubt> harmInDoubt,
    boolean broken,
    List<Instant> requests) {
  public ModelState {
    requests = List.copyOf(requests);
  }

  ModelState withHarmInDoubt(Optional<Doubt> doubt) {
    return new ModelState(last, state, harmed, doubt, broken, requests);
  }
}
