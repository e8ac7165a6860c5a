package io.leat.common;

/**
 * The kinds of what a user can mend, a closed list; docs/reference/errors.md is made of it. Names
 * are stable: scripts and alerts may rely on them.
 */
public enum ErrorCode {
  INPUT(
      "a command was given a file, a name or an argument that it cannot use",
      "give what the message expects"),
  SETTING(
      "an option, a setting in a file or a variable of the environment has no usable value",
      "set it to what the message expects; [services.md](services.md) lists them"),
  PIPELINE(
      "what the pipeline declares cannot run as it is",
      "change the definition that is named; `leat validate` names file and line"),
  NOT_APPLIED(
      "the registry or the cluster lacks what the pipeline declares",
      "`leat apply`, then start again"),
  DEPLOYMENT(
      "`leat plan` or `leat apply` refuses a change, or was refused by the cluster",
      "as the message says; nothing is deleted"),
  REGISTRY(
      "the schema registry refuses a request or does not answer",
      "see that it runs and that its address is right"),
  KAFKA(
      "the brokers refuse a request, or refuse the settings of a client",
      "see that they run, and that the settings are theirs"),
  LOST_POSITION(
      "a position that was committed lies outside its log",
      "decide what is lost: [log-positions.md](log-positions.md)"),
  ACCESS(
      "API keys, certificates or the address that a server listens on do not go together",
      "as the message says; [http-gateway.md](http-gateway.md)"),
  SECRET(
      "a secret key is missing, malformed or readable by others",
      "set the key; see that its file is its owner's alone"),
  CANNOT_LISTEN("a server cannot listen on its address", "free the port, or give another"),
  PORT_IN_USE("another process listens on the port", "stop it, or give another port"),
  NOT_BUILT(
      "the distribution, or a part of it, is not where it should be",
      "build it: `./mvnw -DskipTests package`"),
  NOT_WRITABLE(
      "a folder or file cannot be read, made or written", "give one that can, or its permissions"),
  DISK_FULL("too little room is left on the disk", "free some"),
  DIRECTORY_IN_USE("another process works in the same folder", "stop it, or give another folder"),
  STATE(
      "state on the disk is damaged, or was written by another release",
      "as the message says: heal it, move it away, or start the other release"),
  CHECKPOINT("a Flink job cannot go on from its checkpoints", "as the message says"),
  PROCESS_ENDED(
      "a process ended when it should have been running",
      "its log says why; the message names the log"),
  NOT_READY("a process runs, but was not ready in time", "look into its log; wait for longer"),
  JOB_FAILED(
      "a Flink job or the local cluster failed for good",
      "as the message says; the log has the trace"),
  MODEL(
      "a model's file, its profile or its declaration cannot be used",
      "as the message says; the running version stays"),
  ARTIFACTS(
      "the store of models' files refuses a request or does not answer",
      "see that it runs, and that its address and the keys to it are right"),
  TABLE(
      "an offline table, its catalog or its warehouse does not let a command be done",
      "as the message says; [offline-tables.md](offline-tables.md)"),
  DEAD_LETTER(
      "dead letters cannot be read, shown or produced again as asked",
      "as the message says; [dead-letters.md](dead-letters.md)");

  private final String found;
  private final String remedy;

  ErrorCode(String found, String remedy) {
    this.found = found;
    this.remedy = remedy;
  }

  /** What was found, for the reference. */
  public String found() {
    return found;
  }

  /** What to do, for the reference. */
  public String remedy() {
    return remedy;
  }
}
