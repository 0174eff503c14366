// Package postgres opens the database that a program keeps its records in: one pool, used by pgx for bulk work and by GORM for
// what people edit one at a time. It runs the migrations and keeps the application's role small. Its sub-packages hold the rows.
//
// It is the only package that knows GORM. It must never let GORM make the schema, and never write a value of a row to a log.
package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// DefaultMaxConns is the size of the pool when neither the DSN (pool_max_conns) nor an option says otherwise.
const DefaultMaxConns = 16

// DB is one pool of connections, under pgx and under GORM. It is safe for concurrent use.
type DB struct {
	Pool *pgxpool.Pool
	Gorm *gorm.DB
}

// Option changes how a pool is opened.
type Option func(*pgxpool.Config)

// WithMaxConns sets how many connections the pool may hold.
func WithMaxConns(n int) Option {
	return func(c *pgxpool.Config) { c.MaxConns = int32(min(max(n, 1), 1<<15)) }
}

// WithApplicationName names the program in pg_stat_activity.
func WithApplicationName(name string) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["application_name"] = name }
}

// Open opens the pool of the database at dsn (URL or key=value form) and makes sure that it answers.
func Open(ctx context.Context, dsn string, opts ...Option) (*DB, error) {
	config, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	for _, opt := range opts {
		opt(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	orm, err := overPool(pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return &DB{Pool: pool, Gorm: orm}, nil
}

// parse reads a DSN and sets what the DSN leaves open. Instants are UTC in every session.
func parse(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// pgx's own error repeats the DSN; the password is masked there, the rest is no secret.
		return nil, fmt.Errorf("database DSN: %w", err)
	}
	if !strings.Contains(dsn, "pool_max_conns=") {
		config.MaxConns = DefaultMaxConns
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.AfterConnect = registerUUID
	return config, nil
}

// overPool lays GORM over the pool. Its logger is silent: it would print statements with the values of people's records.
func overPool(pool *pgxpool.Pool) (*gorm.DB, error) {
	return gorm.Open(gormpostgres.New(gormpostgres.Config{Conn: stdlib.OpenDBFromPool(pool)}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	})
}

// Close closes every connection, after those in use have come back.
func (db *DB) Close() { db.Pool.Close() }

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.Pool.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// InTx runs fn in a transaction of pgx: committed when fn returns nil, rolled back on an error or a panic.
func (db *DB) InTx(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db.Pool, fn)
}

// InGormTx runs fn in a transaction of GORM: committed when fn returns nil, rolled back on an error or a panic.
func (db *DB) InGormTx(ctx context.Context, fn func(*gorm.DB) error) error {
	return db.Gorm.WithContext(ctx).Transaction(fn)
}
