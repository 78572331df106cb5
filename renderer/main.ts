import './ui/tokens.css'
import { connectEngine } from './services/engine.ts'
import { mountStudio } from './studio.ts'

mountStudio(connectEngine(), '#app')
