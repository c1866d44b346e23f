"""What netwb knows of Grafana: whose panels stand in `/traffic`, and how its Graphite source asks."""
