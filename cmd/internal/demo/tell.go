package demo

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"
)

func (d *demo) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.Out, format+"\n", args...) // a closed terminal is no reason to stop
}

// tell prints where everything is and how to get in.
func (d *demo) tell() {
	table := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	row := func(cells ...any) { _, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", cells...) } // Flush tells of a failure
	row("WHERE", "AS", "PASSWORD", "TO SEE")
	for i, p := range posts() {
		url := fmt.Sprintf("https://%s.localhost:%d", p.id, d.Ports.Stations[i])
		row(url, "officer", d.passwords.password(p.id, "officer"), p.name+": the counter; choose lane 1 or 2, or watch "+laneIn)
		row("", "second-line", d.passwords.password(p.id, "second-line"), "who was referred: cases, outcomes, the refusal form")
		row("", "supervisor", d.passwords.password(p.id, "supervisor"), "shifts, files, duplicates, repairs, what was decided without the centre")
		row("", "protection", d.passwords.password(p.id, "protection"), "the cases that nobody else sees")
	}
	url := fmt.Sprintf("https://central.localhost:%d", d.Ports.Central)
	row(url, "analyst", d.passwords.password("central", "analyst"), "expected flights, messages, risk rules; live crossings, search, flows, overstayers, stations")
	for _, login := range []string{"second-analyst", "supervisor", "administrator", "second-administrator", "auditor", "data-protection", "carrier", "visa-officer", "second-visa-officer", "visa-supervisor", "second-visa-supervisor"} {
		row("", login, d.passwords.password("central", login), map[string]string{
			"supervisor": "the national alert list", "administrator": "stations, accounts, trust material", "second-administrator": "approve what the other proposes", "auditor": "the audit log",
			"second-analyst": "agrees to risk rules", "data-protection": "agrees to unmasking", "carrier": "what the invented airline " + airlineCode + " sent",
			"visa-officer": "applications for visas", "second-visa-officer": "the second person of a decision", "visa-supervisor": "visas, rules of entry, cases, statistics",
			"second-visa-supervisor": "approves what the other proposes",
		}[login])
	}
	row(d.portalURL(), "", "", "apply for a visa, as "+visaNationality+" must; its e-mails lie in "+d.mailDir())
	row(d.payURL(), "", "", "SIMULATED payment provider: takes no money")
	row(fmt.Sprintf("https://localhost:%d", d.Ports.Interpol), "", "", "SIMULATOR of an INTERPOL-style service: delay and failures")
	for i, p := range posts() {
		row(d.captureURL(i), "", "", "SIMULATED fingerprint reader of "+p.name+": who puts which fingers on it, and what goes wrong")
	}
	if err := table.Flush(); err != nil {
		d.tools.Log.Warn("demo: terminal is gone", "error", err)
	}
	if d.first {
		d.say("\nThe passwords were generated now; they stay in %s.", filepath.Join(d.Dir, "credentials"))
	} else {
		d.say("\nData and passwords are those of the first start (%s).", filepath.Join(d.Dir, "credentials"))
	}
	d.say("The certificates are the demo's own: accept the browser's warning, or import %s.", filepath.Join(d.Dir, "*", "ca", "root.crt"))
	d.say("A name like central.localhost that does not open: use localhost instead.")
	d.say("Health: %s   Logs: %s   Stop: Ctrl-C", d.Ports.HealthURL(), filepath.Join(d.Dir, "*.log"))
}
