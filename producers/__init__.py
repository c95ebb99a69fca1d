"""Programs that put raw articles on news.raw. They know the contracts and nothing else of the pipeline."""
