package io.leat.performance;

import io.leat.records.ModelRole;
import io.leat.records.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The scores that one version gave in one role, watched by one monitor.
 *
 * @param number of the version; 0 of scores from before there were numbers
 * @param role empty text of scores from before there were roles
 */
record Series(String monitor, int number, String role, String version) {
  static Series of(String monitor, Outcome outcome) {
    return new Series(
        monitor,
        outcome.getModelNumber() == null ? 0 : outcome.getModelNumber(),
        outcome.getRole() == null ? "" : outcome.getRole(),
        outcome.getModelVersion());
  }

  /** Whether it decides, as the version that all others are held against. */
  boolean isChampion() {
    return role.equals(ModelRole.CHAMPION.name());
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(monitor);
    out.writeInt(number);
    out.writeUTF(role);
    out.writeUTF(version);
  }

  static Series read(DataInputStream in) throws IOException {
    return new Series(in.readUTF(), in.readInt(), in.readUTF(), in.readUTF());
  }
}
