package demo

import (
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
)

// post is one crossing point of the demo's country.
type post struct {
	id, name  string
	transport config.Transport
	zone      string
	lanes     string
	profile   simulate.Profile
}

// Lanes of the simulator; the counter marks what crosses there.
const (
	laneIn  = "SIM"
	laneOut = "SIM-OUT"
)

func posts() []post {
	return []post{
		{id: "almara-air", name: "Almara airport", transport: config.Air, zone: "Europe/Lisbon",
			lanes: "1:entry,2:exit," + laneIn + ":entry," + laneOut + ":exit", profile: simulate.Airport},
		{id: "kestrel-land", name: "Kestrel pass", transport: config.Land, zone: "Europe/Lisbon",
			lanes: "1:entry,2:exit," + laneIn + ":entry," + laneOut + ":exit", profile: simulate.Road},
	}
}

// person is an account that the demo makes.
type person struct {
	login, name string
	role        auth.Role
	agency      string // of those who work for an owner of alerts
}

// ownerAgency is the agency of the demo that owns alerts, discreet ones too.
const ownerAgency = "NCB Utopia"

// Simulated officers work like people, and are told apart by their names.
const (
	simulatorIn  = "simulator-in"
	simulatorOut = "simulator-out"
)

func stationPeople() []person {
	return []person{
		{"officer", "Officer at the counter", auth.RoleOfficer, ""},
		{"second-line", "Officer of the second line", auth.RoleSecondLine, ""},
		{"supervisor", "Supervisor of the shift", auth.RoleSupervisor, ""},
		{"protection", "Protection service", auth.RoleProtection, ""},
		{"administrator", "Administrator of the station", auth.RoleAdministrator, ""},
		{"auditor", "Auditor", auth.RoleAuditor, ""},
		{simulatorIn, "Simulator, way in", auth.RoleOfficer, ""},
		{simulatorOut, "Simulator, way out", auth.RoleOfficer, ""},
	}
}

func centralPeople() []person {
	return []person{
		{"analyst", "Analyst", auth.RoleAnalyst, ""},
		{"supervisor", "Keeper of the alert list", auth.RoleSupervisor, ""},
		{"administrator", "Administrator of the centre", auth.RoleAdministrator, ""},
		{"second-administrator", "Second administrator, who approves", auth.RoleAdministrator, ""},
		{"auditor", "Auditor", auth.RoleAuditor, ""},
		{"second-analyst", "Second analyst, who agrees to risk rules", auth.RoleAnalyst, ""},
		{"data-protection", "Data protection officer", auth.RoleDataProtection, ""},
		{"visa-officer", "Visa officer", auth.RoleVisaOfficer, ""},
		{"second-visa-officer", "Second visa officer", auth.RoleVisaOfficer, ""},
		{"visa-supervisor", "Supervisor of the visa desk", auth.RoleVisaSupervisor, ""},
		{"second-visa-supervisor", "Second supervisor of the visa desk", auth.RoleVisaSupervisor, ""},
		{"carrier", "Somebody of the invented airline", auth.RoleCarrier, airlineCode},
		{"owner", "Desk of the owner of alerts", auth.RoleListOwner, ownerAgency},
		{"second-owner", "Second person at the owner's desk", auth.RoleListOwner, ownerAgency},
		{"owner-auditor", "Auditor of the owner of alerts", auth.RoleAuditor, ownerAgency},
	}
}
