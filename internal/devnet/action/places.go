package action

import (
	"context"
	"sync"
)

// places are those for runs in progress. The runs of a group have one place together: if each waited for its own, all
// places could be taken by runs that wait for others of their groups.
type places struct {
	free   chan struct{} // holds one value per place that is taken
	mutex  sync.Mutex
	groups map[string]*group
}

// group is the runs of one name.
type group struct {
	runs     int
	admitted chan struct{} // closed when the group has its place
	placed   bool          // admitted is closed
}

func newPlaces(count int) *places {
	return &places{free: make(chan struct{}, count), groups: map[string]*group{}}
}

// enter waits for a place. What it returns gives it back.
func (p *places) enter(ctx context.Context, name string) (leave func(), err error) {
	g := p.join(name)
	leave = func() { p.leave(name, g) }
	select { // before it races with a place of one's own
	case <-g.admitted:
		return leave, nil
	default:
	}
	select {
	case <-g.admitted:
	case p.free <- struct{}{}:
		p.place(g)
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
	return leave, nil
}

func (p *places) join(name string) *group {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	g := p.groups[name]
	if g == nil || name == "" {
		g = &group{admitted: make(chan struct{})}
		p.groups[name] = g
	}
	g.runs++
	return g
}

// place gives a group the place that one of its runs has taken, unless another was faster.
func (p *places) place(g *group) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if g.placed {
		<-p.free
		return
	}
	g.placed = true
	close(g.admitted)
}

func (p *places) leave(name string, g *group) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	g.runs--
	if g.runs > 0 {
		return
	}
	if p.groups[name] == g {
		delete(p.groups, name)
	}
	if g.placed {
		<-p.free
	}
}
