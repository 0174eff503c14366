package demo

import (
	"path/filepath"

	"github.com/openbmis/openbmis/internal/config"
)

// hosts are the names of a program: browsers reach NAME.localhost without any set-up, and each name has its own cookies.
func hosts(name string) string { return name + ".localhost,localhost,127.0.0.1" }

func (d *demo) centralSettings() map[string]string {
	return map[string]string{
		"BMIS_DATA_DIR":       filepath.Join(d.Dir, "central"),
		"BMIS_PG_DIR":         filepath.Join(clusters(d.Dir), "central", "postgres"),
		"BMIS_LISTEN":         loopback(d.Ports.Central),
		"BMIS_PUBLIC_NAMES":   hosts("central"),
		"BMIS_METRICS_LISTEN": loopback(d.Ports.CentralMetrics),
		"BMIS_NATS_LISTEN":    loopback(d.Ports.NATS),
		"BMIS_NATS_ADVERTISE": loopback(d.Ports.NATS),
		"BMIS_CARRIER_LISTEN": loopback(d.Ports.Carriers),
		"BMIS_AIRPORTS":       d.airportsFile(),
		"BMIS_PORTAL_LISTEN":  loopback(d.Ports.Portal),
		"BMIS_PORTAL_URL":     d.portalURL(),
		"BMIS_MAIL_FOLDER":    d.mailDir(),
		"BMIS_PAY_URL":        d.payURL(),
		"BMIS_PAY_KEY":        d.payKeyFile(),
	}
}

func (d *demo) stationSettings(n int, p post, token string) map[string]string {
	return map[string]string{
		"BMIS_STATION_ID":      p.id,
		"BMIS_STATION_NAME":    p.name,
		"BMIS_TRANSPORT":       string(p.transport),
		"BMIS_ZONE":            p.zone,
		"BMIS_LANES":           p.lanes,
		"BMIS_DATA_DIR":        filepath.Join(d.Dir, p.id),
		"BMIS_PG_DIR":          filepath.Join(clusters(d.Dir), p.id, "postgres"),
		"BMIS_LISTEN":          loopback(d.Ports.Stations[n]),
		"BMIS_PUBLIC_NAMES":    hosts(p.id),
		"BMIS_METRICS_LISTEN":  loopback(d.Ports.StationMetrics[n]),
		"BMIS_CENTRAL_URL":     "https://" + loopback(d.Ports.Central),
		"BMIS_ENROLMENT_TOKEN": token,
		"BMIS_INTERPOL":        d.simulatorSettings(),
		"BMIS_CAPTURE_AGENT":   d.captureAgents(n, p),
		"BMIS_CAPTURE_TRUST":   d.captureTrust(p.id),
	}
}

func lookup(settings map[string]string) config.Getenv {
	return func(name string) string { return settings[name] }
}
