package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Address is where a cluster is reached.
type Address struct{ socket string }

// Address is where this cluster is reached; it stays the same when the server is started again.
func (c *Cluster) Address() Address { return Address{c.socket} }

// DSN is how a role connects to a database.
func (a Address) DSN(database, role string) string {
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable", quote(a.socket), port, quote(role), quote(database))
}

// AdminDSN is how migrations connect: as the superuser that owns the schema.
func (a Address) AdminDSN(database string) string { return a.DSN(database, Superuser) }

// DSN is how a role connects to a database of the cluster.
func (c *Cluster) DSN(database, role string) string { return c.Address().DSN(database, role) }

// AdminDSN is how migrations connect: as the superuser that owns the schema.
func (c *Cluster) AdminDSN(database string) string { return c.Address().AdminDSN(database) }

// CreateDatabase makes a database unless it exists.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	err := c.exec(ctx, "postgres", `CREATE DATABASE "`+strings.ReplaceAll(name, `"`, `""`)+`"`)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "42P04" { // duplicate_database
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// exec runs statements without parameters as the superuser.
func (c *Cluster) exec(ctx context.Context, database, sql string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, c.AdminDSN(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, sql).ReadAll()
	return err
}

// quote writes a value of a key=value DSN.
func quote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
