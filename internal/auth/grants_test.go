package auth_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The matrix is reviewed in every change: who may do what.
func TestTheTableIsTheReviewedOne(t *testing.T) {
	var matrix strings.Builder
	fmt.Fprintf(&matrix, "%-18s", "")
	for _, role := range auth.Roles() {
		fmt.Fprintf(&matrix, " %-13s", role)
	}
	for _, permission := range auth.Permissions() {
		fmt.Fprintf(&matrix, "\n%-18s", permission)
		for _, role := range auth.Roles() {
			mark := "."
			if auth.Allowed(role, permission) {
				mark = "yes"
			}
			fmt.Fprintf(&matrix, " %-13s", mark)
		}
	}
	got := trimLines(matrix.String())
	const golden = "testdata/grants.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func trimLines(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

func TestNobodyElseMayDoAnything(t *testing.T) {
	for _, permission := range auth.Permissions() {
		for _, role := range []auth.Role{"", "king", "Officer", "officer "} {
			require.False(t, role.Valid())
			require.False(t, auth.Allowed(role, permission), "%q %s", role, permission)
		}
	}
	for _, role := range auth.Roles() {
		require.True(t, role.Valid())
		require.True(t, auth.Allowed(role, auth.SessionOwn), "everybody may sign out")
		for _, permission := range []auth.Permission{"", "crossing", "crossing.*"} {
			require.False(t, permission.Valid())
			require.False(t, auth.Allowed(role, permission))
		}
	}
}

func TestEveryPermissionIsSomebodys(t *testing.T) {
	for _, permission := range auth.Permissions() {
		require.True(t, permission.Valid())
		held := false
		for _, role := range auth.Roles() {
			held = held || auth.Allowed(role, permission)
		}
		require.True(t, held, permission)
	}
}

// Running the system is no reason to read a traveller, and reading the log is no reason to change anything.
func TestDutiesAreSeparate(t *testing.T) {
	personal := []auth.Permission{
		auth.CrossingRecord, auth.CrossingCorrect, auth.CrossingRefuse, auth.HitReasonView, auth.CrossingSearch, auth.CrossingLive,
		auth.HistoryView, auth.ExportCreate, auth.AlertView, auth.AlertManage,
	}
	for _, permission := range personal {
		require.False(t, auth.Allowed(auth.RoleAdministrator, permission), permission)
		require.False(t, auth.Allowed(auth.RoleAuditor, permission), permission)
	}
	for _, role := range auth.Roles() {
		require.False(t, auth.Allowed(role, auth.UserManage) && auth.Allowed(role, auth.AuditView), role)
		require.False(t, auth.Allowed(role, auth.ExportCreate) && auth.Allowed(role, auth.AlertManage), role)
	}
	require.False(t, auth.Allowed(auth.RoleOfficer, auth.HitReasonView))
	require.False(t, auth.Allowed(auth.RoleOfficer, auth.CrossingRefuse), "refusing belongs to the second line")
	for _, role := range auth.Roles() {
		require.Equal(t, role == auth.RoleProtection, auth.Allowed(role, auth.ProtectionWork), role)
	}
}

func BenchmarkAllowed(b *testing.B) {
	for b.Loop() {
		auth.Allowed(auth.RoleSupervisor, auth.CrossingSearch)
	}
}
