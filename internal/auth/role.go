package auth

import "slices"

// Role is what a person is employed to do. It is the only thing an
// authorisation depends on: there are no grants to single persons.
type Role string

// The roles of a border crossing point and of the central node.
const (
	// RoleOfficer works a lane at a counter.
	RoleOfficer Role = "officer"
	// RoleSecondLine examines who was referred, ends the case, and refuses entry.
	RoleSecondLine Role = "second_line"
	// RoleSupervisor leads a shift: overrides, repairs, duplicates, hand-over, the state of the post.
	RoleSupervisor Role = "supervisor"
	// RoleProtection works for the protection service: asylum, trafficking, separated children. Its cases are seen by nobody else.
	RoleProtection Role = "protection"
	// RoleListOwner works at the desk of an agency that owns alerts (a national central bureau, a police desk): it keeps them and answers hits.
	RoleListOwner Role = "list_owner"
	// RoleAnalyst searches and counts crossings at the central node.
	RoleAnalyst Role = "analyst"
	// RoleAdministrator runs the system and its accounts and sees no traveller.
	RoleAdministrator Role = "administrator"
	// RoleAuditor reads the audit log and changes nothing.
	RoleAuditor Role = "auditor"
	// RoleDataProtection is the data-protection officer: agrees to unmasking and sees what the law's machinery does.
	RoleDataProtection Role = "data_protection"
	// RoleCarrier works for an airline or its handling agent, which is the account's agency; it sees that carrier's own messages alone.
	RoleCarrier Role = "carrier"
	// RoleVisaOfficer examines applications for visas and decides them (a consular officer).
	RoleVisaOfficer Role = "visa_officer"
	// RoleVisaSupervisor leads a visa desk: second person, revocation, rules of entry, refunds, cases of visas used twice.
	RoleVisaSupervisor Role = "visa_supervisor"
)

// Roles lists every role, in the order in which screens and the matrix test
// show them. The caller owns the slice.
func Roles() []Role {
	return []Role{RoleOfficer, RoleSecondLine, RoleSupervisor, RoleProtection, RoleListOwner, RoleAnalyst, RoleAdministrator, RoleAuditor,
		RoleDataProtection, RoleCarrier, RoleVisaOfficer, RoleVisaSupervisor}
}

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }
