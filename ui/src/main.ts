import '$kit/tokens.css';
import '$kit/base.css';
import '$kit/floating.css';
import { mount } from 'svelte';
import { prefs } from '$lib/prefs.svelte';
import { connect } from '$rpc/client';
import App from './app/App.svelte';
import { chooseHost } from './app/host';

prefs.apply();
connect(await chooseHost());
mount(App, { target: document.getElementById('app')! });
