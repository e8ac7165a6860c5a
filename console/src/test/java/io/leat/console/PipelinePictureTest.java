package io.leat.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.reader.PipelineReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PipelinePictureTest {
  private static final Path CARD_PAYMENTS =
      Path.of(System.getProperty("leat.project"), "examples", "card-payments");

  @Test
  void noArrowIsDrawnOverAFigure() throws Exception {
    String svg = new PipelinePicture(PipelineReader.read(CARD_PAYMENTS)).draw(Flow.NONE).render();

    assertThat(svg).contains("class=\"arrow\"", "class=\"rate\"", "class=\"lag\"");
    assertThat(svg.indexOf("class=\"rate\"")).isGreaterThan(svg.lastIndexOf("class=\"arrow\""));
  }
}
