"""A trainer with PyTorch Lightning: a small network over standardised features."""
import io

import lightning
import torch
from sklearn.metrics import roc_auc_score

import training


class Network(lightning.LightningModule):
    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(len(mean), 32), torch.nn.ReLU(), torch.nn.Linear(32, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2)
        )

    def logits(self, features):
        return self.layers(torch.clamp((features - self.mean) / self.deviation, -5, 5))

    def forward(self, features):
        return torch.softmax(self.logits(features), dim=1)

    def training_step(self, batch, _):
        features, labels = batch
        return torch.nn.functional.cross_entropy(self.logits(features), labels)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=2e-3)


lightning.seed_everything(training.request()["seed"] % 2**32, verbose=False)
(features, labels), (held, held_labels) = training.both_parts()
features, held = torch.from_numpy(features), torch.from_numpy(held)
model = Network(features.mean(0), features.std(0).clamp(min=1e-6))
batches = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(features, torch.from_numpy(labels)), batch_size=512, shuffle=True, generator=torch.Generator().manual_seed(1)
)
trainer = lightning.Trainer(
    max_epochs=10, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False
)
trainer.fit(model, batches)
model.eval()
graph = io.BytesIO()
torch.onnx.export(
    model, (features[:1],), graph, input_names=["features"], output_names=["probabilities"], dynamic_axes={"features": {0: "rows"}, "probabilities": {0: "rows"}}, dynamo=False
)
with torch.no_grad():
    scores = model(held)[:, 1].numpy()
training.save(graph.getvalue(), {"library": f"PyTorch Lightning {lightning.__version__}", "validation_auc": roc_auc_score(held_labels, scores)})
