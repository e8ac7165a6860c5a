package io.leat.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.runtime.access.Principal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTest {
  private static final Set<String> ATTRIBUTES = Set.of("name", Search.NUMBER);
  private static final Map<String, Function<Integer, Comparable<?>>> KEYS =
      Map.of("number", one -> one, "parity", one -> one % 2);

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "name = 'fraud',true",
        "name='fraud',true",
        "name != 'fraud',false",
        "name LIKE 'fr%',true",
        "name LIKE 'FR%',false",
        "name ilike 'FR_UD',true",
        "name LIKE 'f.*',false",
        "name LIKE '%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%!',false",
        "name LIKE '%a%u%',true",
        "name LIKE 'frau',false",
        "name = \"fraud\" and tags.team = 'risk',true",
        "name = 'fraud' AND tag.`mlflow.prompt.is_prompt` != 'true',true",
        "tag.\"mlflow.note\" = 'and so on',true",
        "tags.team = 'other',false",
        "tags.absent = 'x',false",
        "version_number > 9,true",
        "version_number >= 10,true",
        "version_number <= 9,false",
        "version_number = '10',true",
      })
  void aFilterIsReadAsMlflowsClientsWriteIt(String filter, boolean found) throws Refusal {
    assertThat(
            Search.of(filter, ATTRIBUTES)
                .matches(
                    Map.of("name", "fraud", Search.NUMBER, "10"),
                    Map.of("team", "risk", "mlflow.note", "and so on")))
        .isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "other = 'x'",
        "name",
        "name = fraud",
        "name = 'a' OR name = 'b'",
        "name = 'a' name = 'b'",
        "name = 'a' AND",
        "name > 'a'",
        "version_number = 'x'",
        "name = 'a"
      })
  void whatIsNoFilterIsRefused(String filter) {
    assertThatThrownBy(() -> Search.of(filter, ATTRIBUTES))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("Invalid");
  }

  @Test
  void pagesFollowOnEachOther() throws Refusal {
    List<Integer> all = List.of(5, 3, 4, 1, 2);

    Search.Page<Integer> first = page(all, "{\"max_results\":2,\"order_by\":[\"number DESC\"]}");
    Search.Page<Integer> last =
        page(all, "{\"max_results\":2,\"order_by\":[\"number DESC\"],\"page_token\":\"4\"}");

    assertThat(first).isEqualTo(new Search.Page<>(List.of(5, 4), "2"));
    assertThat(last).isEqualTo(new Search.Page<>(List.of(1), null));
    assertThat(page(all, "{}")).isEqualTo(new Search.Page<>(all, null));
    assertThat(page(all, "{\"order_by\":[\"parity\",\"number\"]}").found())
        .containsExactly(2, 4, 1, 3, 5);
    assertThat(page(all, "{\"page_token\":\"99\"}").found()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"max_results\":0}",
        "{\"max_results\":\"many\"}",
        "{\"page_token\":\"-1\"}",
        "{\"order_by\":[\"colour\"]}"
      })
  void whatIsNoPageIsRefused(String fields) {
    assertThatThrownBy(() -> page(List.of(1), fields)).isInstanceOf(Refusal.class);
  }

  private static Search.Page<Integer> page(List<Integer> all, String fields) throws Refusal {
    try {
      ObjectNode read = (ObjectNode) RestApi.JSON.readTree(fields);
      return Search.page(new Call(Principal.ANONYMOUS, read, "http://here", ""), all, KEYS);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(fields, e);
    }
  }
}
