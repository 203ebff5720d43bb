package sqlstore

import (
	"time"

	"gorm.io/gorm"
)

// PoolStats is how a pool of connections to the database is used.
type PoolStats struct {
	Pool   string        // "write" or "read"; "all" where one pool does both
	Most   int           // connections that may be open
	Open   int           // connections that are open
	InUse  int           // of these, those at work
	Waits  int64         // how often one was waited for since the database was opened
	Waited time.Duration // for how long altogether
}

// PoolStats returns how each pool is used just now. It asks the database nothing.
func (d *DB) PoolStats() []PoolStats {
	if d.Write == d.Read {
		return []PoolStats{poolStats("all", d.Write)}
	}
	return []PoolStats{poolStats("write", d.Write), poolStats("read", d.Read)}
}

func poolStats(name string, db *gorm.DB) PoolStats {
	pool, err := db.DB()
	if err != nil {
		return PoolStats{Pool: name}
	}
	used := pool.Stats()
	return PoolStats{
		Pool: name, Most: used.MaxOpenConnections, Open: used.OpenConnections, InUse: used.InUse,
		Waits: used.WaitCount, Waited: used.WaitDuration,
	}
}
