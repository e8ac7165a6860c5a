package io.leat.cli.demo;

import io.leat.records.LogPosition;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.Score;
import java.time.Instant;

/** Records of the topics that a demonstration is told by. */
final class StoryRecords {
  private StoryRecords() {}

  static Score score(String id, Instant time, int version) {
    return Score.newBuilder()
        .setModel("fraud")
        .setModelVersion("v" + version)
        .setModelNumber(version)
        .setEventId(id)
        .setEventTime(time)
        .setScore(0.5)
        .setService("fraud")
        .setServiceVersion(1)
        .setDefinition("d")
        .setVector(new LogPosition("features.fraud", 0, 1L))
        .setSource(new LogPosition("payments", 0, 1L))
        .build();
  }

  static RetrainingRequest request(String id, Instant time, RequestStatus state, String reason) {
    return RetrainingRequest.newBuilder()
        .setRequestId(id)
        .setPolicy("fraud")
        .setModel("fraud")
        .setModelVersion("v1")
        .setCause("a")
        .setReason(reason)
        .setEventTime(time)
        .setState(state)
        .build();
  }
}
