package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineProblemsTest {
  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  /**
   * File, a text that stands once in it, what takes its place ({@code \n} is a line feed), the one
   * problem.
   */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        // keys
        "contracts/payments.yaml ~ owner: payments-team ~ ownr: payments-team ~ contracts/payments.yaml:3: unknown key ownr; a contract has event, schema, event_id, event_time, owner, description, key, max_future, max_past, compatibility, format, envelope, time_precision, duplicates_within, missing, rules, rule_set, tags, protect, dead_letters, topic. Did you mean owner?",
        "contracts/payments.yaml ~ event_id: payment_id ~ ~ contracts/payments.yaml:1: no event_id; a contract needs event, schema, event_id, event_time",
        "contracts/payments.yaml ~ max_future: 10m ~ max_future: 10m\\nmax_future: 5m ~ contracts/payments.yaml:9: max_future stands twice; it is on line 8 already",
        "monitors/fraud.yaml ~ lateness: 2h ~ segments: [terminal_country] ~ monitors/fraud.yaml:5: the service fraud has no feature terminal_country to tell segments by: segments are made of what its vectors hold. Name it among the service's features.",
        "monitors/fraud.yaml ~ lateness: 2h ~ segments: [is_nigt] ~ monitors/fraud.yaml:5: the service fraud has no feature is_nigt to tell segments by: segments are made of what its vectors hold. Name it among the service's features. Did you mean is_night?",
        "monitors/fraud.yaml ~ lateness: 2h ~ segments: [is_night, is_night] ~ monitors/fraud.yaml:5: two segments have the name is_night",
        "monitors/fraud.yaml ~ lateness: 2h ~ `segments: [ { size: event.amount } , { 2: is_night } ]` ~ monitors/fraud.yaml:5: feature '2'; expected a name of letters, digits and _, a letter first",
        "monitors/fraud.yaml ~ lateness: 2h ~ outputs: [scores] ~ monitors/fraud.yaml:5: the model fraud has no output scores; a monitor may watch score, decision. Did you mean score?",
        "monitors/fraud.yaml ~ lateness: 2h ~ outputs: [score, score] ~ monitors/fraud.yaml:5: the output score stands twice",
        "monitors/fraud.yaml ~ lateness: 2h ~ segments_cap: 0 ~ monitors/fraud.yaml:5: segments_cap is '0'; expected a whole number of at least 1",
        "monitors/fraud.yaml ~ lateness: 2h ~ segments_cap: 101 ~ monitors/fraud.yaml:5: segments_cap is '101'; expected a whole number of at most 100",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc }` ~ monitors/fraud.yaml:5: no drop; what a monitor sees of performance needs metric, drop",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: aoc, drop: 0.1 }` ~ monitors/fraud.yaml:5: no metric of performance is called aoc; there are auc, logloss, brier, precision, recall, mae, rmse. Did you mean auc?",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc, drop: 0 }` ~ monitors/fraud.yaml:5: drop is 0.0; expected a number above 0",
        "retraining/fraud.yaml ~ cool_down: 3d ~ rollout: [champion] ~ retraining/fraud.yaml:4: rollout: this version of Leat does not run it yet; remove it",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { airflow: { url: \"http://airflow\" } }` ~ retraining/fraud.yaml:4: no dag; a DAG of Airflow needs url, dag",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { kubernetes: { url: \"https://k8s\", namespace: ml, image: t, claim: c, mounted: state } }` ~ retraining/fraud.yaml:4: mounted is 'state'; expected an absolute path",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { command: [x], token: env:T }` ~ retraining/fraud.yaml:4: command takes no token; remove it",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc, drop: 0.1, protected: [country] }` ~ monitors/fraud.yaml:5: the monitor has no segment country; it has none.",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc, drop: 0.1, costs: [5] }` ~ monitors/fraud.yaml:5: a cost is '5'; expected a decision, its label and what it costs, as in review:false=5 or none:true=100",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc, drop: 0.1, costs: [revew:false=5] }` ~ monitors/fraud.yaml:5: the model has no decision revew; it has block, review, none. Did you mean review?",
        "monitors/fraud.yaml ~ lateness: 2h ~ `performance: { metric: auc, drop: 0.1, costs: [review:false=5, block:false=5, review:false=7] }` ~ monitors/fraud.yaml:5: the cost of review:false stands twice",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `gates: { tpr_gap: not worse by 0.05 }` ~ retraining/fraud.yaml:4: tpr_gap compares groups; name the features whose values they are, as in protected: [event.country]",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `gates: { auc: not worse by 0.005, protected: [is_night] }` ~ retraining/fraud.yaml:4: no gate compares groups; expected selection_rate_gap, tpr_gap or equalized_odds_gap beside protected",
        // types
        "contracts/payments.yaml ~ partitions: 6 ~ partitions: many ~ contracts/payments.yaml:15: partitions is 'many'; expected a whole number of at least 1",
        "contracts/payments.yaml ~ partitions: 6 ~ partitions: 0 ~ contracts/payments.yaml:15: partitions is '0'; expected a whole number of at least 1",
        "contracts/payments.yaml ~ max_future: 10m ~ max_future: 10 minutes ~ contracts/payments.yaml:8: max_future: '10 minutes' is not a duration; expected a whole number and ms, s, m, h or d, as in 7d",
        "contracts/payments.yaml ~ max_future: 10m ~ max_future: [10m] ~ contracts/payments.yaml:8: max_future is a list; expected a text",
        "retraining/fraud.yaml ~ when: [drift] ~ when: drift ~ retraining/fraud.yaml:2: when is 'drift'; expected a list, as in [drift]",
        "contracts/payments.yaml ~ severity: warn ~ severity: warning ~ contracts/payments.yaml:13: severity is 'warning'; expected error or warn. Did you mean warn?",
        "contracts/payments.yaml ~ event: payments ~ event: pay.ments ~ contracts/payments.yaml:1: event is 'pay.ments'; expected a name of letters, digits, _ and -, a letter first",
        "pipeline.yaml ~ `customer: { key: customer_id }` ~ customer: customer_id ~ pipeline.yaml:5: customer is 'customer_id'; expected an entity: a mapping of keys to values, as in { key: ... }",
        "models/fraud/model.yaml ~ default: -1 ~ default: none ~ models/fraud/model.yaml:7: default is 'none'; expected a number, or missing",
        "monitors/fraud.yaml ~ open_after: 1 of 2 ~ open_after: 3 of 2 ~ monitors/fraud.yaml:8: open_after is '3 of 2'; expected so many of so many windows, as in 2 of 3",
        "monitors/fraud.yaml ~ false_alarms_per_week: 1 ~ false_alarms_per_week: 0 ~ monitors/fraud.yaml:7: false_alarms_per_week is 0.0; expected a number above 0",
        "monitors/fraud.yaml ~ window: 1d ~ window: 0d ~ monitors/fraud.yaml:3: window is 0; expected a duration of more than nothing",
        "monitors/fraud.yaml ~ lateness: 2h ~ embeddings: [text] ~ monitors/fraud.yaml:5: the model fraud declares no input text of several features (none); name one, or list the features, as in text: [e0, e1, e2].",
        "monitors/fraud.yaml ~ lateness: 2h ~ `embeddings: [ { text: [event.amount] } ]` ~ monitors/fraud.yaml:5: an embedding is two features or more, as in text: [e0, e1, e2]",
        "monitors/fraud.yaml ~ lateness: 2h ~ `embeddings: [ { is_night: [event.amount, customer_activity.avg_amount_7d] } ]` ~ monitors/fraud.yaml:5: an embedding is called is_night, and so is a feature of the service or another embedding",
        "monitors/fraud.yaml ~ lateness: 2h ~ `embeddings: [ { text: [event.amount, is_night] } ]` ~ monitors/fraud.yaml:5: is_night, of the embedding text, is no number; an embedding is made of numbers",
        "monitors/fraud.yaml ~ lateness: 2h ~ `embeddings: [ { text: [event.amount, is_nigt] } ]` ~ monitors/fraud.yaml:5: the service fraud has no feature is_nigt. Did you mean is_night?",
        "monitors/fraud.yaml ~ window: 1d ~ window: 20 events ~ monitors/fraud.yaml:6: minimum_events is 50 and the window 20 events, so that no window need ever be evaluated; expected at most as many",
        "monitors/fraud.yaml ~ window: 1d ~ window: 0 events ~ monitors/fraud.yaml:3: window is 0 events; expected at least one, as in 5000 events",
        "monitors/fraud.yaml ~ lateness: 2h ~ every: 5h ~ monitors/fraud.yaml:5: every is 5h and the window 1d; expected a time of which a whole number makes the window, as 1d does",
        "monitors/fraud.yaml ~ lateness: 2h ~ every: 2d ~ monitors/fraud.yaml:5: every is 2d and the window 1d; expected a time of which a whole number makes the window, as 1d does",
        "monitors/fraud.yaml ~ lateness: 2h ~ every: 1m ~ monitors/fraud.yaml:5: every is 1m and the window 1d, which is 1440 times as long; expected at most 366 times, since so many parts of a window are kept",
        // fields of the event
        "contracts/payments.yaml ~ key: customer_id ~ key: customer ~ contracts/payments.yaml:5: no field customer in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean customer_id?",
        "contracts/payments.yaml ~ event_time: paid_at ~ event_time: amount ~ contracts/payments.yaml:7: event_time is the field amount, of type double; expected a long with logicalType timestamp-millis or timestamp-micros that is never null",
        "contracts/payments.yaml ~ event_id: payment_id ~ event_id: fee ~ contracts/payments.yaml:6: event_id is the field fee, of type nullable double; expected a string, int, long or timestamp that is never null",
        "contracts/payments.yaml ~ key: customer_id ~ key: paid_at ~ contracts/payments.yaml:5: key is the field paid_at, of type long (timestamp-millis); expected a string, int or long",
        "contracts/payments.yaml ~ {event.amount} ~ {event.amout} ~ contracts/payments.yaml:14: message quotes {event.amout}; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud. Did you mean event.amount?",
        "contracts/payments.yaml ~ name: plausible_amount ~ name: amount_positive ~ contracts/payments.yaml:11: two rules have the name amount_positive",
        // intake and missing values
        "contracts/payments.yaml ~ max_future: 10m ~ format: xml ~ contracts/payments.yaml:8: format is 'xml'; expected avro or json.",
        "contracts/payments.yaml ~ max_future: 10m ~ envelope: cloudevent ~ contracts/payments.yaml:8: envelope is 'cloudevent'; expected none or cloudevents or debezium. Did you mean cloudevents?",
        "contracts/payments.yaml ~ max_future: 10m ~ `envelope: { type: cloudevents, deletes: skip }` ~ contracts/payments.yaml:8: deletes belongs to an envelope of type debezium; remove it",
        "contracts/payments.yaml ~ max_future: 10m ~ `envelope: { type: cloudevents, decimals: text }` ~ contracts/payments.yaml:8: decimals belongs to an envelope of type debezium; remove it",
        "contracts/payments.yaml ~ max_future: 10m ~ time_precision: round ~ contracts/payments.yaml:8: time_precision is 'round'; expected exact or truncate.",
        "contracts/payments.yaml ~ max_future: 10m ~ `envelope: { type: debezium, attributes: { op: operation } }` ~ contracts/payments.yaml:8: no field operation in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud.",
        "contracts/payments.yaml ~ max_future: 10m ~ compatibility: backwards ~ contracts/payments.yaml:8: compatibility is 'backwards'; expected backward or backward_transitive or forward or forward_transitive or full or full_transitive. Did you mean backward?",
        "contracts/payments.yaml ~ max_future: 10m ~ duplicates_within: 0h ~ contracts/payments.yaml:8: duplicates_within is 0; expected a duration of more than nothing",
        "contracts/payments.yaml ~ max_future: 10m ~ `missing: { fees: reject }` ~ contracts/payments.yaml:8: no field fees in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean fee?",
        "contracts/payments.yaml ~ max_future: 10m ~ `missing: { amount: reject }` ~ contracts/payments.yaml:8: amount is of type double, which is never null; remove it here, or let the schema allow null",
        "contracts/payments.yaml ~ max_future: 10m ~ `missing: { fee: { fill: none } }` ~ contracts/payments.yaml:8: fill is 'none', and fee is of type nullable double; expected a number, bool, text or symbol of that type",
        "contracts/payments.yaml ~ max_future: 10m ~ `missing: { fee: drop }` ~ contracts/payments.yaml:8: fee is 'drop'; expected reject, or { fill: a value }. A field that is not named here stays null",
        // what is sensitive
        "contracts/payments.yaml ~ max_future: 10m ~ `tags: { customer: [PII] }` ~ contracts/payments.yaml:8: no field customer in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean customer_id?",
        "contracts/payments.yaml ~ max_future: 10m ~ `dead_letters: { encrypt: s3cret }` ~ contracts/payments.yaml:8: encrypt is no place of a key; expected env:NAME or file:PATH. A key itself never stands in a contract",
        // schemas
        "contracts/payments.yaml ~ schema: payments.avsc ~ schema: payment.avsc ~ contracts/payments.yaml:2: no file contracts/payment.avsc; expected an Avro schema there",
        "contracts/payments.yaml ~ schema: payments.avsc ~ schema: ../../payments.avsc ~ contracts/payments.yaml:2: schema is '../../payments.avsc', outside of the pipeline's folder",
        "contracts/payments.avsc ~ `\"type\": \"double\"},` ~ `\"type\": \"decimal\"},` ~ contracts/payments.avsc:1: no valid Avro schema: Undefined schema: io.leat.tests.decimal",
        "contracts/payments.avsc ~ `\"name\": \"amount\"` ~ `\"name\": \"the amount\"` ~ contracts/payments.avsc:11: no valid Avro schema: Illegal character in: the amount; names are letters, digits and _, a digit not first. A file's column of another name is taken with --rename COLUMN=NAME",
        "contracts/payments.avsc ~ `\"name\": \"Payment\",` ~ `\"name\" \"Payment\",` ~ contracts/payments.avsc:3: no valid Avro schema: Unexpected character ('\"' (code 34)): was expecting a colon to separate field name and value",
        // expressions
        "contracts/payments.yaml ~ event.amount > 0 ~ event.amont > 0 ~ contracts/payments.yaml:10: at column 1 of 'event.amont > 0': unknown name event.amont; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud. Did you mean event.amount?",
        "contracts/payments.yaml ~ event.amount > 0 ~ event.customer_id > 0 ~ contracts/payments.yaml:10: at column 19 of 'event.customer_id > 0': > cannot be applied to (string, int)",
        "contracts/payments.yaml ~ event.amount > 0 ~ event.amount + 0 ~ contracts/payments.yaml:10: at column 1 of 'event.amount + 0': 'event.amount + 0' yields double; expected bool",
        "features/customer_activity.yaml ~ amount > 100 ~ event.amount > 100 ~ features/customer_activity.yaml:11: at column 1 of 'event.amount > 100 && terminal_country != \"BE\"': unknown name event.amount; expected one of payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud.",
        "models/fraud/model.yaml ~ score > 0.5 ~ scor > 0.5 ~ models/fraud/model.yaml:10: at column 1 of 'scor > 0.5': unknown name scor; expected score. Did you mean score?",
        // views
        "features/customer_activity.yaml ~ entity: customer ~ entity: custmer ~ features/customer_activity.yaml:3: no entity custmer; declared are customer, terminal. Did you mean customer?",
        "features/customer_activity.yaml ~ source: payments ~ source: payment ~ features/customer_activity.yaml:4: no event payment; declared are payment_labels, payments. Did you mean payments?",
        "features/customer_activity.yaml ~ version: 1 ~ version: one ~ features/customer_activity.yaml:2: version is 'one'; expected a whole number of at least 1",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [] ~ features/customer_activity.yaml:5: windows is an empty list; expected at least one entry",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [1d, 24h, 7d, 30d] ~ features/customer_activity.yaml:5: the window 24h is as long as 1d; expected each length once, in the unit that its features are asked for by",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [1d, 01d, 7d, 30d] ~ features/customer_activity.yaml:5: the window 1d stands twice",
        "features/terminal_risk.yaml ~ windows: [1d, 7d] ~ windows: [1d, 168h] ~ services/fraud.yaml:8: no feature terminal_risk.risk_7d; the view has the aggregations payments, risk over the windows 1d, 168h. Did you mean risk_168h?",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [lifetime, 1d, lifetime] ~ features/customer_activity.yaml:5: the window lifetime stands twice",
        "features/customer_activity.yaml ~ resolution: exact ~ resolution: 7h ~ features/customer_activity.yaml:6: the resolution is 7h; expected windows and offset to be multiples of it, which 1d, 30d are not",
        "features/terminal_risk.yaml ~ offset: 7d ~ offset: 90m\\nresolution: 1h ~ features/terminal_risk.yaml:8: the resolution is 1h; expected windows and offset to be multiples of it, which 90m is not",
        "features/customer_activity.yaml ~ avg(amount) ~ avg(amout) ~ features/customer_activity.yaml:10: no field amout in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean amount?",
        "features/customer_activity.yaml ~ avg(amount) ~ avg(terminal_id) ~ features/customer_activity.yaml:10: avg(terminal_id), but terminal_id is of type string; expected a number or a bool",
        "features/customer_activity.yaml ~ avg(amount) ~ avg(paid_at) ~ features/customer_activity.yaml:10: avg(paid_at), but paid_at is of type long (timestamp-millis); expected a number or a bool",
        "features/customer_activity.yaml ~ avg(amount) ~ mean(amount) ~ features/customer_activity.yaml:10: no function mean; expected one of <functions>.",
        "features/customer_activity.yaml ~ avg(amount) ~ quantile(amount) ~ features/customer_activity.yaml:10: quantile with (amount); expected quantile(field, fraction)",
        "features/customer_activity.yaml ~ avg(amount) ~ quantile(amount, 95) ~ features/customer_activity.yaml:10: quantile(field, fraction) with 95; expected a number from 0 to 1",
        "features/customer_activity.yaml ~ avg(amount) ~ last_n(amount, 0) ~ features/customer_activity.yaml:10: last_n(field, how many) with 0; expected a whole number from 1 to 100",
        "features/customer_activity.yaml ~ avg(amount) ~ ewma(amount, soon) ~ features/customer_activity.yaml:10: ewma(field, half-life) with soon; expected a duration of more than nothing, as in 7d",
        "features/customer_activity.yaml ~ avg(amount) ~ time_since_last(amount) ~ features/customer_activity.yaml:10: time_since_last with (amount); expected time_since_last alone",
        "features/customer_activity.yaml ~ avg(amount) ~ avg ~ features/customer_activity.yaml:10: avg with nothing in brackets; expected avg(field)",
        "features/customer_activity.yaml ~ avg(amount) ~ avg(amount) if fraud ~ features/customer_activity.yaml:10: avg_amount is 'avg(amount) if fraud'; expected function(field), perhaps with 'where condition', as in 'sum(amount) where amount > 1'",
        "features/terminal_risk.yaml ~ count where has(fee) ~ count(fee) ~ features/terminal_risk.yaml:9: count with (fee); expected count alone. To count the events that have a value write 'count where has(fee)'",
        "features/customer_activity.yaml ~ large: sum ~ payments: sum ~ features/customer_activity.yaml:11: two aggregations have the name payments",
        "features/terminal_risk.yaml ~ default: 0 ~ defualt: 0 ~ features/terminal_risk.yaml:10: an aggregation with the keys risk, defualt; expected one name and perhaps default, as in '{ risk: avg(fraud), default: 0 }'",
        // services
        "services/fraud.yaml ~ terminal_risk.risk_7d ~ terminal_risk.risk_14d ~ services/fraud.yaml:8: no feature terminal_risk.risk_14d; the view has the aggregations payments, risk over the windows 1d, 7d. Did you mean risk_1d?",
        "services/fraud.yaml ~ terminal_risk.risk_7d ~ terminl_risk.risk_7d ~ services/fraud.yaml:8: no view terminl_risk; declared are customer_activity, terminal_risk. Did you mean terminal_risk?",
        "services/fraud.yaml ~ - event.amount ~ - event.amout ~ services/fraud.yaml:5: no field amout in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean amount?",
        "services/fraud.yaml ~ - event.fee ~ - event.paid_at ~ services/fraud.yaml:6: event.paid_at is of type long (timestamp-millis); expected a number, bool or string. Derive one from it, as in 'hour: event.time.getHours()'",
        "services/fraud.yaml ~ - event.fee ~ - event.* ~ services/fraud.yaml:6: event.*; expected the fields one by one, since events grow",
        "services/fraud.yaml ~ - event.fee ~ - amount ~ services/fraud.yaml:6: 'amount' is no feature; expected event.field, view.column, view.*, view@2.column, view@2.* or 'name: expression'",
        "services/fraud.yaml ~ terminal_risk.risk_7d ~ customer_activity.payments_7d ~ services/fraud.yaml:8: the feature customer_activity.payments_7d stands twice",
        "services/fraud.yaml ~ customer_activity.avg_amount_7d ~ customer_activity.avg_amount_2d ~ services/fraud.yaml:9: at column 16 of 'event.amount / customer_activity.avg_amount_2d': unknown name customer_activity.avg_amount_2d; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud, customer_activity.payments_1d, customer_activity.payments_7d, customer_activity.payments_30d, customer_activity.avg_amount_1d and 9 more. Did you mean customer_activity.avg_amount_1d?",
        "services/fraud.yaml ~ `event.paid_at.getHours(\"Europe/Brussels\") <= 6` ~ event.paid_at ~ services/fraud.yaml:10: at column 1 of 'event.paid_at': 'event.paid_at' yields timestamp; expected a number, bool or string",
        "services/fraud.yaml ~ spine: payments ~ spine: payment ~ services/fraud.yaml:3: no event payment; declared are payment_labels, payments. Did you mean payments?",
        "services/fraud.yaml ~ from: payment_labels ~ from: labels ~ services/fraud.yaml:11: no event labels; declared are payment_labels, payments.",
        "services/fraud.yaml ~ on: payment_id ~ on: label_id ~ services/fraud.yaml:11: no field label_id in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud.",
        // models, monitors, policies
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@2 ~ models/fraud/model.yaml:3: no service fraud@2; the service fraud has version 3. Did you mean fraud@3?",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud ~ models/fraud/model.yaml:3: service is 'fraud'; expected name@version, as in fraud@3",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: frauds@3 ~ models/fraud/model.yaml:3: no service frauds; declared are fraud. Did you mean fraud?",
        "models/fraud/model.yaml ~ artifact: model.onnx ~ artifact: modl.onnx ~ models/fraud/model.yaml:4: no file models/fraud/modl.onnx; expected an ONNX model there. 'leat train' makes one, whose score is probabilities[1]",
        "models/fraud/model.yaml ~ artifact: model.onnx ~ artifact: /etc/passwd ~ models/fraud/model.yaml:4: artifact is '/etc/passwd', outside of the pipeline's folder",
        "models/fraud/model.yaml ~ terminal_risk.risk_7d: 0 ~ terminal_risk.risk_1d: 0 ~ models/fraud/model.yaml:7: the service has no feature terminal_risk.risk_1d. Did you mean terminal_risk.risk_7d?",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nguards: { failures_in_a_row: 3 } ~ models/fraud/model.yaml:4: guards watch the stages of a rollout; it has none",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [shadow 1d, canary 10% 1d] ~ models/fraud/model.yaml:4: the last stage is champion, and no other",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [canary 10% 1d, canary 5% 1d, champion] ~ models/fraud/model.yaml:4: a canary has more weight than the stage before it, so that it grows",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [canary 10% 1d, shadow 1d, champion] ~ models/fraud/model.yaml:4: a shadow comes before the stages in which the version decides",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [canary 100% 1d, champion] ~ models/fraud/model.yaml:4: an entry of rollout is '100%'; expected a share of more than 0% and less than 100%, as in 10%",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [canary 1d, champion] ~ models/fraud/model.yaml:4: an entry of rollout is 'canary 1d'; expected a stage, as in shadow 1d, canary 10% 1d, blue_green 1h or champion",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [shadow 1 day, champion] ~ models/fraud/model.yaml:4: an entry of rollout is 'shadow 1 day'; expected a stage, as in shadow 1d, canary 10% 1d, blue_green 1h or champion",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [{ kind: canary }, champion] ~ models/fraud/model.yaml:4: a canary has a weight, as in 10%, and no other stage",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [{ kind: shadow, min_duration: 1d, max_duration: 1d }, champion] ~ models/fraud/model.yaml:4: max_duration is not longer than min_duration",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [{ kind: shadow, floor: 1% }, champion] ~ models/fraud/model.yaml:4: period and floor are of a bandit, and of no other stage",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nrollout: [{ kind: bandit, floor: 50% }, champion] ~ models/fraud/model.yaml:4: floor is the least share of either version; expected less than 50%",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nloss: { scale: 10 } ~ models/fraud/model.yaml:4: scale is the distance that costs 1, of metric: absolute_error; give both",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nloss: { metric: absolute_error } ~ models/fraud/model.yaml:4: scale is the distance that costs 1, of metric: absolute_error; give both",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nloss: { after: 31d } ~ models/fraud/model.yaml:4: after is longer than the label may take, which is within of the service's label",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nloss: { metric: absolute_error, scale: 0 } ~ models/fraud/model.yaml:4: scale is '0.0'; expected a number of more than 0",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nguards: { unscored: { margin: 2 } }\\nrollout: [champion] ~ models/fraud/model.yaml:4: margin is '2'; expected a share of more than 0% and less than 100%, as in 10%",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nfallback: default ~ models/fraud/model.yaml:4: default_score is the score of fallback: default; give both",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\ndefault_score: 0.5 ~ models/fraud/model.yaml:4: default_score is the score of fallback: default; give both",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nfallback: prevous ~ models/fraud/model.yaml:4: fallback is 'prevous'; expected champion or previous or default or dlq. Did you mean previous?",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nexplain: { when: always } ~ models/fraud/model.yaml:4: no top; what explains scores needs top",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nexplain: { top: 0 } ~ models/fraud/model.yaml:4: top is '0'; expected a whole number of at least 1",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nexplain: { top: 5, when: sample } ~ models/fraud/model.yaml:4: share goes with when: sample, and with it alone",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nexplain: { top: 5, share: 0.1 } ~ models/fraud/model.yaml:4: share goes with when: sample, and with it alone",
        "models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud@3\\nexplain: { top: 5, when: sample, share: 0 } ~ models/fraud/model.yaml:4: share is 0.0; expected more than 0, at most 1",
        "models/fraud/model.yaml ~ probabilities[1] ~ probabilities[] ~ models/fraud/model.yaml:9: score is 'probabilities[]'; expected an output, as in probabilities[1]",
        "monitors/fraud.yaml ~ watches: fraud ~ watches: frauds ~ monitors/fraud.yaml:2: no model frauds; declared are fraud. Did you mean fraud?",
        "monitors/fraud.yaml ~ event.amount ~ event.amout ~ monitors/fraud.yaml:4: the service fraud has no feature event.amout. Did you mean event.amount?",
        "monitors/fraud.yaml ~ lateness: 2h ~ `statistics: [ks, ks]` ~ monitors/fraud.yaml:5: the statistic ks stands twice",
        "monitors/fraud.yaml ~ lateness: 2h ~ `quality: { measures: [nulls] }` ~ monitors/fraud.yaml:5: an entry of measures is 'nulls'; expected null_share or out_of_range_share or new_category_share or volume or duplicate_share or freshness or other_definition_share or dead_letter_share.",
        "monitors/fraud.yaml ~ lateness: 2h ~ `quality: { limits: { null_share: 5 } }` ~ monitors/fraud.yaml:5: the limit of null_share is 5.0; expected a number between 0 and 1",
        "monitors/fraud.yaml ~ lateness: 2h ~ `quality: { limits: { freshness: 0s } }` ~ monitors/fraud.yaml:5: freshness is 0; expected a duration of more than nothing",
        "monitors/fraud.yaml ~ lateness: 2h ~ `quality: { measures: [volume], limits: { null_share: 0.1 } }` ~ monitors/fraud.yaml:5: null_share has a limit and is not among the measures; add it to them, or remove the limit",
        "retraining/fraud.yaml ~ retraining: fraud ~ retraining: fruad ~ retraining/fraud.yaml:1: no model fruad; declared are fraud. Did you mean fraud?",
        "retraining/fraud.yaml ~ when: [drift] ~ when: [drif] ~ retraining/fraud.yaml:2: when: drif; expected drift, performance, schedule. Did you mean drift?",
        "retraining/fraud.yaml ~ when: [drift] ~ when: [drift, drift] ~ retraining/fraud.yaml:2: when: drift stands twice",
        "retraining/fraud.yaml ~ when: [drift] ~ when: [schedule] ~ retraining/fraud.yaml:2: schedule is the period of when: [schedule]; give both",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `schedule: 30d` ~ retraining/fraud.yaml:4: schedule is the period of when: [schedule]; give both",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `veto: [drift]` ~ retraining/fraud.yaml:4: an entry of veto is 'drift'; expected data_quality.",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `needs: { new_labels: 0 }` ~ retraining/fraud.yaml:4: new_labels is '0'; expected a whole number of at least 1",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `window: 0d` ~ retraining/fraud.yaml:4: window is 0; expected a duration of more than nothing",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `budget: { runs: 4 }` ~ retraining/fraud.yaml:4: runs is '4'; expected a number of runs and a time, as in 4 per 30d",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `budget: { runs: 0 per 30d }` ~ retraining/fraud.yaml:4: runs is '0 per 30d'; expected a number of runs and a time, as in 4 per 30d",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `budget: { runs: 4 per month }` ~ retraining/fraud.yaml:4: runs: 'month' is not a duration; expected a whole number and ms, s, m, h or d, as in 7d",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `gates: { auc: 0.005 }` ~ retraining/fraud.yaml:4: auc is '0.005'; expected by how much it may be worse than the champion's, as in not worse by 0.005, or a limit, as in at least 0.5",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `gates: { brier: at least 0.1 }` ~ retraining/fraud.yaml:4: brier is 'at least 0.1'; expected by how much it may be worse than the champion's, as in not worse by 0.005, or a limit, as in at most 0.5",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `gates: { size: 20 }` ~ retraining/fraud.yaml:4: size is '20'; expected a limit of the model's file in B, KB, MB or GB, as in at most 20MB",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { builtin: neural }` ~ retraining/fraud.yaml:4: builtin is 'neural'; expected boosted_trees or logistic.",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: {}` ~ retraining/fraud.yaml:4: a trainer names none; expected one of builtin, command, http, kubernetes, airflow, kubeflow",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { builtin: logistic, command: [x] }` ~ retraining/fraud.yaml:4: a trainer names builtin and command; expected one of builtin, command, http, kubernetes, airflow, kubeflow",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { command: [] }` ~ retraining/fraud.yaml:4: command is an empty list; expected at least one entry",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { command: [x], secret: env:S }` ~ retraining/fraud.yaml:4: command takes no secret; remove it",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { builtin: logistic, time_limit: 1h }` ~ retraining/fraud.yaml:4: builtin takes no time_limit; remove it",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { http: \"https://me:word@host\" }` ~ retraining/fraud.yaml:4: http is no address that a trainer could have; expected http:// or https://, a host and no user or password",
        "retraining/fraud.yaml ~ cool_down: 3d ~ `trainer: { http: \"https://host\", secret: word }` ~ retraining/fraud.yaml:4: secret is no place of a key; expected env:NAME or file:PATH. A key itself never stands in a pipeline",
        "retraining/fraud.yaml ~ severity: warn ~ severity: high ~ retraining/fraud.yaml:3: severity is 'high'; expected warn or critical.",
      })
  void oneMistakeIsOneProblem(String file, String text, String replacement, String problem) {
    folder.replace(file, text, replacement == null ? "" : replacement.replace("\\n", "\n"));

    String functions =
        AggregateFunctions.all().stream()
            .map(AggregateFunction::name)
            .collect(Collectors.joining(", "));
    assertThat(folder.problems())
        .singleElement()
        .asString()
        .isEqualTo(problem.replace("<functions>", functions));
  }

  /** A protection of payments, whose dead letters are kept for a shorter time then; its problem. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`{ tag: PII, with: hmac }` ~ hmac without a key; expected key: env:NAME or key: file:PATH",
        "`{ tag: PII, with: hmac, keys: [env:A, env:B] }` ~ hmac with 2 keys; expected one, since another key makes other values of the same",
        "`{ tag: PII, with: redact, key: env:A }` ~ redact takes no key; remove it",
        "`{ field: terminal_id, with: truncate }` ~ truncate without a length; expected how many characters stay, as in length: 4",
        "`{ field: terminal_id, with: redact, length: 2 }` ~ redact takes no length; remove it",
        "`{ with: redact }` ~ a protection names neither; expected a tag or a field",
        "`{ tag: PII, field: amount, with: redact }` ~ a protection names both; expected a tag or a field",
        "`{ field: terminal, with: redact }` ~ no field terminal in the event payments; it has payment_id, paid_at, customer_id, terminal_id, terminal_country, amount, fee, fraud. Did you mean terminal_id?",
        "`{ field: amount, with: hmac, key: env:A }` ~ field amount protects amount, of type double, with hmac; that takes a string or bytes, or lists or maps of these. Use redact or drop, or make it a string",
        "`{ field: amount, with: drop }` ~ field amount protects amount with drop; it needs to be nullable or to have a default, which would take the value's place",
        "`{ field: paid_at, with: redact }` ~ field paid_at protects paid_at, the event's time, which everything behind ingestion needs as it is",
        "`{ field: customer_id, with: redact }` ~ field customer_id protects customer_id, which names or keys the event, with redact; only hmac keeps equal values equal",
        "`{ field: terminal_id, with: encrypt, key: 'env:no name' }` ~ key is no place of a key; expected env:NAME or file:PATH. A key itself never stands in a contract",
      })
  void aProtectionThatCannotBeIsOneProblem(String protection, String problem) {
    folder.replace(
        "contracts/payments.yaml", "dead_letter_retention: 90d", "dead_letter_retention: 3d");
    folder.replace("contracts/payments.yaml", "max_future: 10m", "protect: [" + protection + "]");

    assertThat(folder.problems())
        .singleElement()
        .asString()
        .isEqualTo("contracts/payments.yaml:8: " + problem);
  }

  @Test
  void deadLettersThatHoldProtectedFieldsInClearAreKeptForLessThanEvents() {
    folder.replace(
        "contracts/payments.yaml",
        "max_future: 10m",
        "protect: [{ field: terminal_id, with: redact }]");

    assertThat(folder.problems())
        .containsExactly(
            "contracts/payments.yaml:15: dead_letter_retention is 90d, and events are kept 30d. Dead letters hold what the contract protects: expected less than that, or keys to encrypt them with (dead_letters)");

    folder.replace(
        "contracts/payments.yaml",
        "event_time: paid_at",
        "event_time: paid_at\ndead_letters: { encrypt: [env:NEW_KEY, env:OLD_KEY] }");
    assertThat(folder.problems()).isEmpty();
  }

  @Test
  void allMistakesOfAFolderComeAtOnceByFileAndLine() {
    folder.replace("contracts/payments.yaml", "partitions: 6", "partitions: many");
    folder.replace("contracts/payments.yaml", "max_future: 10m", "max_future: soon");
    folder.replace("features/customer_activity.yaml", "entity: customer", "entity: client");
    folder.replace("monitors/fraud.yaml", "close_after: 4", "close_after: later");

    assertThat(folder.problems())
        .containsExactly(
            "contracts/payments.yaml:8: max_future: 'soon' is not a duration; expected a whole number and ms, s, m, h or d, as in 7d",
            "contracts/payments.yaml:15: partitions is 'many'; expected a whole number of at least 1",
            "features/customer_activity.yaml:3: no entity client; declared are customer, terminal.",
            "monitors/fraud.yaml:9: close_after is 'later'; expected a whole number of at least 1");
  }

  @Test
  void windowsByCountSeeNeitherQualityNorPerformance() {
    folder.replace("monitors/fraud.yaml", "window: 1d", "window: 500 events");
    folder.replace(
        "monitors/fraud.yaml",
        "lateness: 2h",
        "quality: { measures: [volume] }\nperformance: { metric: auc, drop: 0.1 }");

    assertThat(folder.problems())
        .containsExactly(
            "monitors/fraud.yaml:5: data quality is seen by windows of time, and this monitor's are by count; remove quality, or declare it in a monitor whose window is a duration",
            "monitors/fraud.yaml:6: the performance of a model is seen by windows of time, and this monitor's are by count; remove performance, or declare it in a monitor whose window is a duration");
  }

  @Test
  void whereADecisionIsCalledNoneItsCostCannotBeTold() {
    folder.replace("models/fraud/model.yaml", "review:", "none:");
    folder.replace(
        "monitors/fraud.yaml",
        "lateness: 2h",
        "performance: { metric: auc, drop: 0.1, costs: [none:true=100] }");

    assertThat(folder.problems())
        .containsExactly(
            "monitors/fraud.yaml:5: none is no decision here, and model fraud has one of that name; call that otherwise");
  }

  @Test
  void thresholdsOfWindowsThatSlideGoWithoutQuality() {
    folder.replace("monitors/fraud.yaml", "lateness: 2h", "every: 6h\nrule: thresholds");

    assertThat(folder.problems())
        .containsExactly(
            "monitors/fraud.yaml:6: by thresholds each window that slides decides, and data quality is seen by those that do not overlap, too late to hold retraining back; expected rule: sequential, or quality: { measures: [] }");

    folder.replace("monitors/fraud.yaml", "every: 6h", "every: 6h\nquality: { measures: [] }");
    assertThat(folder.problems()).isEmpty();
  }

  @Test
  void whoNamesAStatisticThatThereIsNotIsToldTheOthers() {
    folder.replace("monitors/fraud.yaml", "lateness: 2h", "statistics: [kss]");

    assertThat(folder.problems())
        .containsExactly(
            "monitors/fraud.yaml:5: no statistic is called kss; there are %s. Did you mean ks?"
                .formatted(
                    Statistics.all().stream()
                        .map(Statistic::name)
                        .collect(Collectors.joining(", "))));
  }

  @Test
  void theMessageOfTheExceptionHasALineForEachProblem() {
    folder.replace("monitors/fraud.yaml", "close_after: 4", "close_after: later");
    folder.replace("monitors/fraud.yaml", "window: 1d", "window: 1w");

    assertThatThrownBy(folder::read)
        .isInstanceOf(PipelineException.class)
        .hasMessage(
            """
            monitors/fraud.yaml:3: window: '1w' is not a duration; expected a whole number and ms, s, m, h or d, as in 7d
            monitors/fraud.yaml:9: close_after is 'later'; expected a whole number of at least 1""");
  }

  @Test
  void whatOnlyNamesSomethingBrokenIsNotReported() {
    folder.write("contracts/payments.yaml", "event: payments\nschema: [");

    assertThat(folder.problems())
        .singleElement()
        .asString()
        .startsWith("contracts/payments.yaml:2: no valid YAML: ");
  }

  @Test
  void textThatYamlReadsAsAListAsksForQuotes() {
    folder.replace(
        "models/fraud/model.yaml",
        "outputs:\n  score: probabilities[1]",
        "outputs: { score: probabilities[1] }");

    assertThat(folder.problems())
        .singleElement()
        .asString()
        .startsWith("models/fraud/model.yaml:8: no valid YAML: ")
        .endsWith("; text that holds one of : # { } [ ] , may need quotes");
  }

  @Test
  void aNameIsDeclaredOnce() {
    folder.write("features/copy.yaml", folder.text("features/terminal_risk.yaml"));

    assertThat(folder.problems())
        .containsExactly(
            "features/terminal_risk.yaml:1: view terminal_risk, version 2, is declared twice; first at features/copy.yaml:1");
  }

  @Test
  void anEventDoesNotTakeATopicOfThePlatform() {
    folder.write(
        "contracts/audit.yaml",
        "{ event: audit, schema: payments.avsc, event_id: payment_id, event_time: paid_at }");

    assertThat(folder.problems())
        .containsExactly(
            "contracts/audit.yaml:1: audit is a topic of the platform; expected another name for the event");
  }

  @Test
  void aViewNeedsItsEntitysKeyInTheSpine() {
    folder.replace("contracts/payments.avsc", "\"terminal_id\"", "\"shop_id\"");
    folder.delete("features/terminal_risk.yaml");
    folder.write(
        "features/terminal_labels.yaml",
        """
        view: terminal_labels
        version: 1
        entity: terminal
        source: payment_labels
        windows: [1d]
        aggregations:
          - frauds: count where fraud
        """);
    folder.replace("contracts/payment_labels.avsc", "\"payment_id\"", "\"terminal_id\"");
    folder.replace("services/fraud.yaml", "terminal_risk.risk_7d", "terminal_labels.*");
    folder.replace("services/fraud.yaml", "on: payment_id", "on: fraud");
    folder.replace("models/fraud/model.yaml", ", terminal_risk.risk_7d: 0", "");

    assertThat(folder.problems())
        .singleElement()
        .asString()
        .startsWith("services/fraud.yaml:8: no field terminal_id in the event payments; it has ");
  }

  @Test
  void aFolderIsExpected() {
    assertThatThrownBy(() -> PipelineReader.read(directory.resolve("nowhere")))
        .isInstanceOf(PipelineException.class)
        .hasMessageEndingWith(
            "nowhere:1: there is no such folder; expected a pipeline's folder, with pipeline.yaml");
    assertThatThrownBy(() -> PipelineReader.read(directory.resolve("pipeline.yaml")))
        .hasMessageContaining("it is a file; expected a pipeline's folder");
  }

  @Test
  void thePipelinesOwnFileIsNeeded() {
    folder.delete("pipeline.yaml");

    assertThat(folder.problems())
        .containsExactly(
            "pipeline.yaml:1: no such file; expected it to name the pipeline, its owner and its entities");
  }

  @Test
  void filesThatNobodyWouldReadAreReported() {
    folder.write("feature/more.yaml", "view: more");
    folder.write("services/other.yml", "service: other");
    folder.write("models/empty/readme.txt", "nothing");

    assertThat(folder.problems())
        .containsExactly(
            "feature:1: no folder of a pipeline. Did you mean features?",
            "models/empty/model.yaml:1: no such file; expected it to declare the model",
            "services/other.yml:1: the file ends in .yml; expected .yaml");
  }

  @Test
  void aStageThatGoesByLabelsNeedsOneOfWhichALossIsKnown() {
    String model = "models/fraud/model.yaml";
    String service = "services/fraud.yaml";
    String label = "label: { field: fraud, from: payment_labels, on: payment_id, within: 30d }";
    folder.replace(
        model,
        "service: fraud@3",
        """
        service: fraud@3
        guards: { loss: { margin: 1% } }
        rollout: [{ kind: shadow, min_labels: 5 }, bandit 1d, champion]\
        """);
    folder.delete("monitors/fraud.yaml");
    folder.delete("retraining/fraud.yaml");

    folder.replace(
        service,
        label,
        "label: { field: label_id, from: payment_labels, on: payment_id, within: 30d }");
    String text =
        "the label label_id is a text, and what a score costs is known by a boolean or a number";
    assertThat(folder.problems())
        .contains(
            model + ":4: loss: " + text,
            model + ":5: min_labels: " + text,
            model + ":5: an entry of rollout: " + text);

    folder.replace(service, "field: label_id", "field: payment_id");
    assertThat(folder.problems())
        .first()
        .asString()
        .startsWith(
            model + ":4: loss: the label payment_id is a number; expected loss: { metric: ... }");
    folder.replace(model, "guards:", "loss: { metric: absolute_error, scale: 100 }\nguards:");
    assertThat(folder.problems()).isEmpty();

    folder.replace(service, label.replace("fraud", "payment_id"), "");
    folder.replace(model, "loss: { metric: absolute_error, scale: 100 }\n", "");
    String none = "what a score costs is known by its label, and service fraud declares none";
    assertThat(folder.problems())
        .containsExactly(
            model + ":4: loss: " + none,
            model + ":5: min_labels: " + none,
            model + ":5: an entry of rollout: " + none);
  }

  @Test
  void linksOutOfTheFolderAreNotFollowed(@TempDir Path elsewhere) throws IOException {
    Path outside =
        Files.writeString(
            elsewhere.resolve("payments.avsc"), folder.text("contracts/payments.avsc"));
    folder.delete("contracts/payments.avsc");
    Files.createSymbolicLink(directory.resolve("contracts/payments.avsc"), outside);

    assertThat(folder.problems())
        .containsExactly(
            "contracts/payments.yaml:2: schema is 'payments.avsc', outside of the pipeline's folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(((a{1,1000}){1,1000}){1,1000})",
        "a{1001}",
        "((a+){500}b){50}",
        "(a",
        "[[:alphu:]]"
      })
  void aPatternThatCannotBeRunIsNamedByFileAndLine(String pattern) {
    folder.replace(
        "contracts/payments.yaml",
        "name: plausible_amount",
        "name: form\n    check: 'event.terminal_country.matches(\"%s\")'\n  - name: plausible_amount"
            .formatted(pattern));

    assertThatThrownBy(folder::read)
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("contracts/payments.yaml:")
        .hasMessageContaining("found ")
        .hasMessageContaining("pattern");
  }

  @ParameterizedTest
  @CsvSource({
    "'event: ', '[', 20000",
    "'event: ', '{ a: ', 20000",
    "'event: ', '[', 101",
    "'', '- ', 300"
  })
  void whatIsNestedTooDeepIsNamedByFileAndLine(String before, String level, int levels) {
    folder.write("contracts/deep.yaml", before + level.repeat(levels));

    assertThatThrownBy(folder::read)
        .isInstanceOf(PipelineException.class)
        .hasMessageMatching("(?s).*contracts/deep.yaml:\\d+: .*nested deeper than 100 levels.*");
  }
}
