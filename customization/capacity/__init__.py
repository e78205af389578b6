"""The rules of making a custom model callable: throughputs, deployments, hours and dollars. All pure."""
