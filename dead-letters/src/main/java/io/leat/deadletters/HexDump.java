package io.leat.deadletters;

import java.util.ArrayList;
import java.util.List;

/** Bytes for a person: offset, sixteen bytes in hex, the same as ASCII. */
final class HexDump {
  private static final int WIDTH = 16;
  private static final int LONGEST = 4_096;

  private HexDump() {}

  static List<String> of(byte[] bytes) {
    List<String> lines = new ArrayList<>();
    int end = Math.min(bytes.length, LONGEST);
    for (int begin = 0; begin < end; begin += WIDTH) {
      StringBuilder hex = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int i = begin; i < Math.min(begin + WIDTH, end); i++) {
        hex.append("%02x ".formatted(bytes[i]));
        text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
      }
      lines.add("%08x  %-48s %s".formatted(begin, hex, text));
    }
    if (end < bytes.length) {
      lines.add("(%,d bytes more)".formatted(bytes.length - end));
    }
    return lines;
  }
}
